-- All opt-outs and all blocks of the default design.
select
  (select count(*) from public.opt_outs) as opt_outs,
  (select count(*) from public.blocked_contacts) as blocked;
