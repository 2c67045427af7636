-- {until reports is free}
lock table "{reports}" in share row exclusive mode;

create or replace trigger "{record insert}"
after insert on "{reports}"
for each row
when ("{new has code}")
execute function "{schema}".record_opt_out();
comment on trigger "{record insert}" on "{reports}" is
  '{record insert comment}';

create or replace trigger "{record update}"
after update of "{report columns}" on "{reports}"
for each row
when ("{new has code}")
execute function "{schema}".record_opt_out();
comment on trigger "{record update}" on "{reports}" is
  '{record update comment}';
-- {end}

-- {until messages is free}
lock table "{messages}" in share row exclusive mode;

create or replace trigger "{record move}"
after update on "{messages}"
for each row
when ("{message moved}")
execute function "{schema}".record_opt_out();
comment on trigger "{record move}" on "{messages}" is
  'A message that has a {codes} counts for the number and profile that it gets, as well as for those it had. After any update: another trigger may have changed the number.';
-- {end}
