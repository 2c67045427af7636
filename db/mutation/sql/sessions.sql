-- Sessions in databases, and what each has been doing for how many seconds: null where it is idle.
select
  s.pid,
  s.datname as database,
  case
    when s.state = 'active' then
      format(
        '%s for %s s: %s',
        coalesce('waits (' || s.wait_event_type || ', ' || s.wait_event || ')', 'runs'),
        round(extract(epoch from clock_timestamp() - s.query_start)),
        left(regexp_replace(s.query, '\s+', ' ', 'g'), 80)
      )
  end as doing,
  case
    when s.state = 'active' then extract(epoch from clock_timestamp() - s.query_start)::float8
  end as seconds
from pg_catalog.pg_stat_activity as s
where s.datname is not null
  and s.backend_type = 'client backend'
  and s.pid <> pg_backend_pid()
order by s.query_start
