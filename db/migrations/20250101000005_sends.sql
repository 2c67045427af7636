-- What checks a send: a lookup whose plan never scans, one refusal for all designs, and a longest number.

-- migrate:up

create function public.longest_to_number() returns integer
language sql
immutable
parallel safe
return 1024;
comment on function public.longest_to_number() is
  'The most bytes that to_number may have. Four times the longest e-mail address (RFC 5321), and it always '
  'fits, beside a profile, into a B-tree, which takes a third of a page a row; also where pages have 4 kB.';

create function public.refuse_message(to_number text, id uuid default null) returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
-- Called only where a check says no, so that what is here costs no free message anything.
-- id: the message's, where its row is not stored yet; null where it is, or where an old row moves. A
-- message that is there already was sent: to store it again is an application's retry, not a message.
-- Volatile, for two reasons: the planner never tries it out, and the row is looked for as it is now, not
-- as the statement's snapshot shows it. The row's key is locked (for key share) until the transaction
-- ends: nobody else deletes it meanwhile, and who has deleted it is waited for.
begin
  if id is not null then
    perform
    from public.outbound_messages as m
    where m.id = refuse_message.id
    for key share;

    if found then
      return true;
    end if;
  end if;

  if octet_length(to_number) > public.longest_to_number() then
    raise exception 'Cannot send message - to_number is too long'
      using errcode = 'string_data_right_truncation',
            detail = 'It has ' || octet_length(to_number) || ' bytes; at most '
              || public.longest_to_number() || ' can be blocked.',
            schema = 'public',
            table = 'outbound_messages',
            column = 'to_number';
  end if;

  raise exception 'Cannot send message - frequently unsubscribed recipient'
    using errcode = 'OPTED',
          detail = 'At least ' || public.opt_out_block_threshold()
            || ' distinct profiles were told 21610 for this number.',
          schema = 'public',
          table = 'outbound_messages',
          column = 'to_number';
end
$function$;
comment on function public.refuse_message(text, uuid) is
  'Refuses a message: SQLSTATE OPTED, or 22001 where its number is too long. True for a message that is stored already.';
revoke all on function public.refuse_message(text, uuid) from public;

create or replace function public.refuse_blocked_contact() returns trigger
language plpgsql
stable
security definer
set enable_seqscan = off
as $function$
-- Locks nothing but the key of a message that is there already; reads with the statement's snapshot, at
-- any isolation level.
-- enable_seqscan: a session keeps the plan of the lookup. One that was made while blocked_contacts was
-- empty or had one page would scan it, also after a million numbers were blocked.
-- There is no search_path, because setting two parameters in every call costs more than one. So every
-- name, operator and function in here is qualified: the caller's search_path has nothing to find.
-- "perform" runs the lookup without the expression that "if exists" would wrap around it.
begin
  perform
  from public.blocked_contacts as b
  where b.phone operator(pg_catalog.=) new.to_number;

  if found
    or pg_catalog.octet_length(new.to_number) operator(pg_catalog.>) public.longest_to_number()
  then
    perform public.refuse_message(
      new.to_number,
      case
        when tg_op operator(pg_catalog.=) 'INSERT' and tg_when operator(pg_catalog.=) 'BEFORE' then new.id
      end
    );
  end if;
  return new;
end
$function$;

-- migrate:down

create or replace function public.refuse_blocked_contact() returns trigger
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
-- Locks nothing; reads with the statement's snapshot, at any isolation level.
-- "perform" runs the lookup without the expression that "if exists" would wrap around it.
begin
  perform
  from public.blocked_contacts as b
  where b.phone = new.to_number;

  if found then
    raise exception 'Cannot send message - frequently unsubscribed recipient'
      using errcode = 'OPTED',
            detail = 'At least ' || public.opt_out_block_threshold()
              || ' distinct profiles were told 21610 for this number.',
            schema = 'public',
            table = 'outbound_messages',
            column = 'to_number';
  end if;
  return new;
end
$function$;
drop function public.refuse_message(text, uuid);
drop function public.longest_to_number();
