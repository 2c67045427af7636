-- The same for all sessions of one database of one running server, and for no others.
select
  concat_ws(
    ' ',
    (select d.oid from pg_catalog.pg_database as d where d.datname = pg_catalog.current_database()),
    pg_catalog.current_database(),
    pg_catalog.pg_postmaster_start_time()
  ) as identity;
