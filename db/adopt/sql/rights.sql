-- The role that sends needs none of this: the triggers run with the rights of the functions' owner. What it
-- was given by default is taken from it. Who has been granted opt_in() since keeps that.
revoke all on "{schema}".opt_outs, "{schema}".blocked_contacts, "{schema}".opt_ins from "{sending role}";
revoke all on all tables in schema opt_out_adoption from "{sending role}";
revoke all on all routines in schema opt_out_adoption from "{sending role}";
revoke all on schema opt_out_adoption from "{sending role}";

do $adopt$
declare
  revoked text;
begin
  for revoked in
    select 'sequence ' || pg_catalog.pg_get_serial_sequence('{schema}.opt_ins', 'id')
    union all
    select 'function ' || p.oid::regprocedure::text
    from pg_catalog.pg_proc as p
    where p.pronamespace = '{schema}'::regnamespace
      and p.proname = any ('{function names}'::text[])
      and (p.proname not like 'opt\_in%' or pg_catalog.current_setting('opt_out_adoption.opt_ins_are_new')::boolean)
    union all
    select 'schema ' || '{schema}'
    from opt_out_adoption.adoption as a
    where a.made_schema
      and pg_catalog.current_setting('opt_out_adoption.opt_ins_are_new')::boolean
  loop
    execute pg_catalog.format('revoke all on %s from %I', revoked, "{name of the sending role}");
  end loop;
end
$adopt$;
