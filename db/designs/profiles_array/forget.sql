-- $1 text[]: phones whose opt-outs and blocks are forgotten
with opted_in as (
  delete from public.opt_ins
  where phone = any ($1)
), forgotten as (
  delete from public.opt_outs
  where phone = any ($1)
), forgotten_here as (
  delete from public.contact_profiles
  where phone = any ($1)
)
delete from public.blocked_contacts
where phone = any ($1);
