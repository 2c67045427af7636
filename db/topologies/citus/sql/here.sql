-- Where this session is, and what of.
select
  (
    select g.groupid = 0
    from pg_catalog.pg_dist_local_group as g
  ) as "isCoordinator",
  (
    select e.extversion
    from pg_catalog.pg_extension as e
    where e.extname = 'citus'
  ) as version,
  current_setting('server_version') as "serverVersion";
