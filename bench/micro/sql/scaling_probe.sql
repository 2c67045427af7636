-- The same without PL/pgSQL: bare probes of the primary key. $1: phones.
select count(*) as hits
from unnest($1::text[]) as p (phone)
where exists (
  select
  from optout_lab_scaling.blocked_0 as b
  where b.phone = p.phone collate "C"
);
