-- Whether the lab's messages are in a table that Citus does not spread.
select to_regclass('public.outbound_messages') is not null
  and not exists (
    select
    from pg_catalog.pg_dist_partition as p
    where p.logicalrelid = to_regclass('public.outbound_messages')
  ) as found;
