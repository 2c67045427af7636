-- A send costs less: the lookup is written out once for each shard, so that a session keeps its plan
-- instead of planning it for every message.

-- migrate:up

set local citus.multi_shard_modify_mode = 'sequential';

create function public.shard_lookup(shards bigint[]) returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $function$
-- The half of the shards is left out with every comparison: five of them find one of 32.
declare
  half integer := cardinality(shards) / 2;
begin
  if half = 0 then
    return format(
      'perform from public.blocked_contacts_%s as b where b.phone operator(pg_catalog.=) new.to_number;',
      shards[1]
    );
  end if;
  return format(
    E'if shard operator(pg_catalog.<) %s then\n%s\nelse\n%s\nend if;',
    shards[half + 1],
    public.shard_lookup(shards[: half]),
    public.shard_lookup(shards[half + 1 :])
  );
end
$function$;
comment on function public.shard_lookup(bigint[]) is
  'The PL/pgSQL that looks a number up in its shard of blocked_contacts, for shards in the order of their ids.';

create function public.write_shard_lookups() returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $writer$
-- Locks nothing but the function that it makes anew. A shard that the function does not know, because it was
-- split off since, is looked up by its name as it comes: right, and somewhat slower.
declare
  shards bigint[] := array(
    select s.shardid
    from pg_dist_shard as s
    where s.logicalrelid = 'public.blocked_contacts'::regclass
    order by s.shardid
  );
begin
  execute format(
    $create$
create or replace function public.refuse_blocked_contact() returns trigger
language plpgsql
stable
security definer
set enable_seqscan = off
as $function$
-- Written by public.write_shard_lookups().
-- Locks nothing but the key of a message that is there already; reads with the statement's snapshot, at
-- any isolation level. The shard follows from the number, not from the table that fired: whoever writes
-- into a shard by its name finds the same block, or no such shard on this node.
-- enable_seqscan: a session keeps the plan of each lookup. One that was made while a shard was empty
-- would scan it, also after many numbers were blocked.
-- There is no search_path, because setting two parameters in every call costs more than one. So every
-- name, operator and function in here is qualified: the caller's search_path has nothing to find.
declare
  shard bigint := pg_catalog.get_shard_id_for_distribution_column('public.blocked_contacts', new.to_number);
  hits bigint;
begin
  if shard operator(pg_catalog.=) any (%1$L::bigint[]) then
%2$s
  else
    execute pg_catalog.concat(
      'select from public.blocked_contacts_', shard, ' as b where b.phone operator(pg_catalog.=) $1'
    )
    using new.to_number;

    get diagnostics hits = row_count;
    perform
    where hits operator(pg_catalog.>) 0;
  end if;

  if found
    or pg_catalog.octet_length(new.to_number) operator(pg_catalog.>) public.longest_to_number()
  then
    perform public.refuse_message(new.to_number, new.id);
  end if;
  return new;
end
$function$
    $create$,
    shards,
    public.shard_lookup(shards)
  );
end
$writer$;
comment on function public.write_shard_lookups() is
  'Makes refuse_blocked_contact() anew for the shards that there are. To be called after shards were split.';

select public.write_shard_lookups();

-- For the owner.
revoke all on function public.shard_lookup(bigint[]) from public;
revoke all on function public.write_shard_lookups() from public;

-- migrate:down

set local citus.multi_shard_modify_mode = 'sequential';

create or replace function public.refuse_blocked_contact() returns trigger
language plpgsql
stable
security definer
as $function$
-- Locks nothing but the key of a message that is there already; reads with the statement's snapshot, at
-- any isolation level. The shard follows from the number, not from the table that fired: whoever writes
-- into a shard by its name finds the same block, or no such shard on this node.
-- There is no search_path, because setting a parameter in every call costs more than the lookup. So every
-- name, operator and function in here is qualified: the caller's search_path has nothing to find.
declare
  hits bigint;
begin
  execute pg_catalog.concat(
    'select from public.blocked_contacts_',
    pg_catalog.get_shard_id_for_distribution_column('public.blocked_contacts', new.to_number),
    ' as b where b.phone operator(pg_catalog.=) $1'
  )
  using new.to_number;

  get diagnostics hits = row_count;
  if hits operator(pg_catalog.>) 0
    or pg_catalog.octet_length(new.to_number) operator(pg_catalog.>) public.longest_to_number()
  then
    perform public.refuse_message(new.to_number, new.id);
  end if;
  return new;
end
$function$;

drop function public.write_shard_lookups();
drop function public.shard_lookup(bigint[]);
