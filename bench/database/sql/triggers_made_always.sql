-- The triggers that fire always now and did not before: those of them that are still there.
select t.tgname::text as trigger
from optout_lab.bench_reservation as b
join pg_catalog.pg_trigger as t on t.tgname = any (b.triggers_made_always)
where t.tgrelid = to_regclass('public.outbound_messages')
  and t.tgenabled = 'A';
