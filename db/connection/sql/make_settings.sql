-- Makes the settings of this session what the lab relies on, and leaves those alone that are right
-- already: not every role may touch every one. The server's version may lack some.
-- $1 text[]: names; $2 text[]: values, in the same order; $3 text[]: other values that are as good,
-- with commas before, between and after. Names are qualified: search_path is among what is mended.
select pg_catalog.set_config(s.name, wanted.value, false)
from rows from (
  pg_catalog.unnest($1::text[]),
  pg_catalog.unnest($2::text[]),
  pg_catalog.unnest($3::text[])
) as wanted(name, value, as_good)
join pg_catalog.pg_settings as s on s.name operator(pg_catalog.=) wanted.name
where s.setting operator(pg_catalog.<>) wanted.value
  and pg_catalog.strpos(wanted.as_good, pg_catalog.concat(',', s.setting, ',')) operator(pg_catalog.=) 0;
