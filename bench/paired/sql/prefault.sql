-- Reads every page of some indexes into this session's own map of shared memory, and says how many they are.
-- $1 text[]: their names
select count(optout_lab.get_raw_page(i.name, page.number)) as pages
from unnest($1::text[]) as i(name)
cross join lateral generate_series(
  0, pg_relation_size(i.name::regclass) / current_setting('block_size')::bigint - 1
) as page(number);
