-- $1 text: a phone
select public.opt_in_everywhere($1) as taken;
