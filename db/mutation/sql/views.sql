-- Views, with what they select, and which rows their check option holds ('local', 'cascaded', or null: none).
select
  c.oid::regclass::text as name,
  pg_catalog.pg_get_viewdef(c.oid) as definition,
  (
    select o.option_value
    from pg_catalog.pg_options_to_table(c.reloptions) as o
    where o.option_name = 'check_option'
  ) as "checkOption"
from pg_catalog.pg_class as c
where c.relnamespace = 'public'::regnamespace
  and c.relkind = 'v'
order by 1
