-- How far the index builds of the sessions in $1 are, from 0 to 1 within their present phase.
select
  p.pid,
  p.phase,
  case
    when p.tuples_total > 0 then p.tuples_done::double precision / p.tuples_total
    when p.blocks_total > 0 then p.blocks_done::double precision / p.blocks_total
    else 0
  end as share
from pg_catalog.pg_stat_progress_create_index as p
where p.pid = any ($1::integer[]);
