-- $1 uuid[]: what these reports said.
select r.id, r.event_type as event, r.error_code as "errorCode"
from public.delivery_reports as r
where r.id = any ($1)
order by r.id;
