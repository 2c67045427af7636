-- $1 text[]: phones whose opt-outs and blocks are forgotten
with forgotten as (
  delete from public.opt_outs
  where phone = any ($1)
)
delete from public.blocked_contacts
where phone = any ($1);
