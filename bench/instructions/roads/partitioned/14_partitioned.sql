-- title: blocked numbers in 16 partitions
-- idea: blocked_contacts partitioned by the hash of the number.
-- choose it when: Never: it is here to be counted.
-- costs: a lookup looks for its partition each time.
-- keeps: opt_outs, blocked_contacts

-- migrate:up

alter table public.blocked_contacts rename to blocked_contacts_whole;
alter table public.blocked_contacts_whole rename constraint blocked_contacts_pkey to blocked_contacts_whole_pkey;

create table public.blocked_contacts (
  phone text collate "C" not null,
  constraint blocked_contacts_pkey primary key (phone)
) partition by hash (phone);

do $road$
begin
  for part in 0 .. 15 loop
    execute format(
      'create table public.blocked_contacts_%1$s partition of public.blocked_contacts '
      'for values with (modulus 16, remainder %1$s)',
      part
    );
  end loop;
end
$road$;

insert into public.blocked_contacts (phone)
select w.phone
from public.blocked_contacts_whole as w
order by w.phone;

-- migrate:down
