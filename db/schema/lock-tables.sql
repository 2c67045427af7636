-- Takes and lets go of the locks that dropping the lab's tables takes: fails where somebody uses one.
do $lock$
declare
  found text;
begin
  for found in
    select c.oid::regclass::text
    from pg_catalog.pg_class as c
    where c.relnamespace = 'public'::regnamespace
      and c.relkind in ('r', 'p')
      and c.relname in ('profiles', 'outbound_messages', 'delivery_reports', 'opt_outs', 'blocked_contacts', 'opt_ins')
    order by c.relname
  loop
    execute format('lock table %s in access exclusive mode', found);
  end loop;
end
$lock$;
