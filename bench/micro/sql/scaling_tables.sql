-- Tables like blocked_contacts of several sizes side by side, so that they can be measured in turns.
-- Removed again at the end, with the schema.

drop schema if exists optout_lab_scaling cascade;
create schema optout_lab_scaling;

create function optout_lab_scaling.build(number integer, wanted bigint) returns bigint
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $function$
-- A table of numbers that are really blocked, and beyond those of made-up ones; and a function that
-- looks a number up in it as the trigger does. Returns how many rows there are.
declare
  held bigint;
begin
  execute format(
    'create unlogged table optout_lab_scaling.blocked_%1$s as
     select b.phone from public.blocked_contacts as b limit %2$s',
    number, wanted
  );
  get diagnostics held = row_count;
  if held < wanted then
    execute format(
      'insert into optout_lab_scaling.blocked_%1$s
       select distinct made.phone
       from (
         select ''+1'' || lpad(((hashint8extended(n, 7) & 9223372036854775807) %% 10000000000)::text, 10, ''0'')
           collate "C" as phone
         from generate_series(1, %2$s) as n
       ) as made
       where not exists (select from public.blocked_contacts as b where b.phone = made.phone)',
      number, wanted - held
    );
  end if;
  execute format(
    'alter table optout_lab_scaling.blocked_%1$s add constraint blocked_%1$s_pkey primary key (phone)',
    number
  );
  execute format(
    'create function optout_lab_scaling.is_in_blocked_%1$s(phone text) returns boolean
     language plpgsql stable security definer set search_path = pg_catalog, pg_temp
     as $lookup$
     begin
       perform from optout_lab_scaling.blocked_%1$s as b where b.phone = $1;
       return found;
     end
     $lookup$',
    number
  );
  execute format('select count(*) from optout_lab_scaling.blocked_%1$s', number) into held;
  return held;
end
$function$;
