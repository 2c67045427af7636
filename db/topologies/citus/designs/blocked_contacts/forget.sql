-- $1 text[]: phones whose opt-outs and blocks are forgotten
select public.forget_opt_outs($1::text[]);
