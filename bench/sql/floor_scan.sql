-- The same statement without the probe.
select count(*) as hits
from pg_temp.floor_probes as p
where p.phone <> '';
