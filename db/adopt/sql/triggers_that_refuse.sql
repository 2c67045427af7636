-- {until messages is free}
lock table "{messages}" in share row exclusive mode;

-- {trigger on inserts}

create or replace trigger "{refuse update}"
before update of "{number column}" on "{messages}"
for each row
when ("{number changed}")
execute function "{schema}".refuse_blocked_contact();
comment on trigger "{refuse update}" on "{messages}" is
  'A message may not be moved to a blocked number; one that is already there may be edited.';
-- {end}
