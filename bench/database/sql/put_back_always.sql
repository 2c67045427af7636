-- Lets the triggers that a bench has made to fire always fire as before, and removes its note, and the schema
-- if that was made for it and holds nothing else. Locks their tables against writers for the moment.
do $put_back$
declare
  made record;
  made_schema boolean;
begin
  for made in
    select c.oid::pg_catalog.regclass as relation, t.tgname as trigger
    from optout_lab.always_triggers as a
    cross join lateral unnest(a.relations, a.triggers) as noted (relation, trigger)
    join pg_catalog.pg_class as c on c.oid = pg_catalog.to_regclass(noted.relation)
    join pg_catalog.pg_trigger as t on t.tgrelid = c.oid and t.tgname = noted.trigger
    where t.tgenabled = 'A'
  loop
    execute format('alter table only %s enable trigger %I', made.relation, made.trigger);
  end loop;
  select bool_or(a.made_schema) into made_schema from optout_lab.always_triggers as a;
  drop table optout_lab.always_triggers;
  if made_schema then
    begin
      drop schema optout_lab;
    exception
      when dependent_objects_still_exist then null;
    end;
  end if;
end
$put_back$;
