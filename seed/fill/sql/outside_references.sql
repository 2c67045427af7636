-- Foreign keys of other tables that point at the tables named in $1: those could not be emptied.
select con.conrelid::regclass::text as table_name, con.conname as name
from pg_catalog.pg_constraint as con
where con.contype = 'f'
  and con.confrelid in (
    select format('public.%I', t.name)::regclass
    from unnest($1::text[]) as t(name)
  )
  and con.conrelid not in (
    select format('public.%I', t.name)::regclass
    from unnest($1::text[]) as t(name)
  );
