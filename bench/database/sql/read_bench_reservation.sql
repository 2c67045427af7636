-- The bench that runs on this database, or that was killed.
select
  b.process_id,
  b.boundary,
  b.design,
  b.tables_without_autovacuum,
  b.threshold
from optout_lab.bench_reservation as b;
