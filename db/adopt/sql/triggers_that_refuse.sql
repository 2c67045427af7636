-- {until messages is free}
lock table "{messages}" in share row exclusive mode;

create or replace trigger "{refuse insert}"
before insert on "{messages}"
for each row
execute function "{schema}".refuse_blocked_contact();
comment on trigger "{refuse insert}" on "{messages}" is
  'Before the row exists, so that a refused message leaves no dead row behind.';

create or replace trigger "{refuse update}"
before update of "{number column}" on "{messages}"
for each row
when ("{number changed}")
execute function "{schema}".refuse_blocked_contact();
comment on trigger "{refuse update}" on "{messages}" is
  'A message may not be moved to a blocked number; one that is already there may be edited.';
-- {end}
