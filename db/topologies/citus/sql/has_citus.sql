-- Whether the database has the extension Citus.
select exists (
  select
  from pg_catalog.pg_extension as e
  where e.extname = 'citus'
) as found;
