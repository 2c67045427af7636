-- What a new session of this login would not have as the lab relies on it.
-- $1 text[]: names; $2 text[]: values, in the same order; $3 text[]: other values that are as good,
-- with commas before, between and after; $4 boolean: whether any search_path will do that has public in it.
select s.name, wanted.value
from rows from (
  pg_catalog.unnest($1::text[]),
  pg_catalog.unnest($2::text[]),
  pg_catalog.unnest($3::text[])
) as wanted(name, value, as_good)
join pg_catalog.pg_settings as s on s.name operator(pg_catalog.=) wanted.name
where s.reset_val operator(pg_catalog.<>) wanted.value
  and pg_catalog.strpos(wanted.as_good, pg_catalog.concat(',', s.reset_val, ',')) operator(pg_catalog.=) 0
  and not ($4::boolean and s.name operator(pg_catalog.=) 'search_path' and s.reset_val operator(pg_catalog.~) '\mpublic\M');
