-- Reads every page of some indexes into this session's own map of shared memory, and says how many bytes they
-- are. Each kind of index has a function of its own that goes through all of its pages, and copies none.
-- $1 text[]: their names
select
  sum(
    case a.amname
      when 'btree' then (select index_size from optout_lab.pgstatindex(c.oid::regclass))
      when 'hash' then (
        select bucket_pages + overflow_pages from optout_lab.pgstathashindex(c.oid::regclass)
      ) * current_setting('block_size')::bigint
    end
  ) as bytes
from unnest($1::text[]) as i(name)
join pg_class as c on c.oid = i.name::regclass
join pg_am as a on a.oid = c.relam;
