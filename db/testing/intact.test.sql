-- Raises where an index does not fit its table; one row for each fault of a table. Needs amcheck.
-- The lab's tables and B-tree indexes, whole: every row of a table must be in its indexes.
with
relations as (
  select c.oid, c.relname, c.relkind, c.relam
  from pg_catalog.pg_class as c
  where c.relnamespace in ('public'::regnamespace, 'optout_lab'::regnamespace)
),
indexes as materialized (
  select r.relname, bt_index_check(index => r.oid, heapallindexed => true) as checked
  from relations as r
  join pg_catalog.pg_am as a on a.oid = r.relam
  where r.relkind = 'i'
    and a.amname = 'btree'
)
select r.relname, f.blkno, f.offnum, f.msg, (select count(*) from indexes as i) as indexes
from relations as r
cross join lateral verify_heapam(relation => r.oid) as f
where r.relkind = 'r';
