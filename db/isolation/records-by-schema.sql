-- A design may record opt-outs by a function of its own; the racy one has no unique ordinals.
select exists (
  select
  from pg_trigger as t
  join pg_constraint as c on c.conname = 'opt_outs_phone_ordinal_key'
  where t.tgrelid = 'public.delivery_reports'::regclass
    and t.tgfoid = 'public.record_opt_out()'::regprocedure
    and c.conrelid = 'public.opt_outs'::regclass
) as records;
