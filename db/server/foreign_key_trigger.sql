-- Whether this role may let a foreign key's trigger fire always: tried on tables of its own.
do $try$
declare
  trigger_name name;
begin
  create temporary table optout_lab_referenced (id integer primary key);
  create temporary table optout_lab_referencing
    (id integer references optout_lab_referenced);
  select t.tgname
  into strict trigger_name
  from pg_catalog.pg_trigger as t
  where t.tgrelid = 'optout_lab_referencing'::regclass
    and t.tgisinternal
  order by t.tgname
  limit 1;
  execute format('alter table optout_lab_referencing enable always trigger %I', trigger_name);
end
$try$;
