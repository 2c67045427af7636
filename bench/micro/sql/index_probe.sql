-- Bare probes of the primary key, one after another in one statement: what no check can beat.
select count(*) as hits
from pg_temp.index_probes as p
where exists (
  select
  from public.blocked_contacts as b
  where b.phone = p.phone
);
