-- Makes the settings of this session what the lab relies on, and leaves those alone that are right
-- already: not every role may touch every one. The server's version may lack some. Each is asked for by
-- its name: pg_settings would make a row of every setting there is, in every session.
-- $1 text[]: names; $2 text[]: values, in the same order; $3 text[]: other values that are as good,
-- with commas before, between and after. Names are qualified: search_path is among what is mended.
select pg_catalog.set_config(wanted.name, wanted.value, false)
from rows from (
  pg_catalog.unnest($1::text[]),
  pg_catalog.unnest($2::text[]),
  pg_catalog.unnest($3::text[])
) as wanted(name, value, as_good)
cross join lateral pg_catalog.current_setting(wanted.name, true) as now(value)
where now.value operator(pg_catalog.<>) wanted.value
  and pg_catalog.strpos(wanted.as_good, pg_catalog.concat(',', now.value, ',')) operator(pg_catalog.=) 0;
