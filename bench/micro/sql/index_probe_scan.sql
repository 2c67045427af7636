-- The same statement without the probe.
select count(*) as hits
from pg_temp.index_probes as p
where p.phone <> '';
