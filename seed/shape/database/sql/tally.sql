-- What is counted of a sample of the contacts, in one pass over each table: one row a count. A contact is
-- in the sample with all its messages and reports, or not at all: its number's hash says which, and is its name from
-- there on, since 64 bits are compared and sorted faster than a text. Nothing in the answer is a number, a profile or
-- a text. $1 bigint: the bits of the hash that must be 0. $2 bigint: the fewest contacts of a profile that is counted
-- by itself. Sums are float8, exact to 2^53: numeric takes several times as long.
with
events as materialized (
  select
    hashtextextended("{m.number}", 5829475) as contact,
    "{m.number}" as number,
    "{m.sender}" as sender,
    "{m.id}" as message,
    "{m.sent}" as sent_ms,
    "{m.bytes}" as body_bytes,
    case
      when "{r.message}" is null then null
      when "{r.counts}" then 'optedOut'
      when coalesce("{r.code}", '') in ('', '0') then "{r.no error}"
      else 'otherError'
    end as kind,
    "{r.received}" as received_ms
  from "{messages}" as m
  -- {join reports}
  where hashtextextended("{m.number}", 5829475) & $1 = 0
),
messages as materialized (
  select
    e.contact,
    e.sender,
    min(e.sent_ms) as sent_ms,
    min(e.body_bytes) as body_bytes,
    count(*) filter (where e.kind = 'optedOut') as opted_out,
    count(*) filter (where e.kind = 'delivered') as delivered,
    count(*) filter (where e.kind = 'otherError') as other_error
  from events as e
  group by e.contact, e.sender, e.message
),
contacts as (
  select
    m.contact,
    count(*)::float8 as messages,
    count(distinct m.sender)::float8 as profiles,
    (count(distinct m.sender) filter (where m.opted_out > 0))::float8 as opt_outs,
    (count(*) filter (where m.sender is null))::float8 as without_profile,
    sum(m.opted_out::float8) as opted_out,
    sum(m.delivered::float8) as delivered,
    sum(m.other_error::float8) as other_error,
    coalesce(sum(m.opted_out::float8) filter (where m.sender is not null), 0) as signed_opted_out,
    sum(
      (greatest(m.opted_out - 1, 0) + greatest(m.delivered - 1, 0) + greatest(m.other_error - 1, 0))::float8
    ) as doubled
  from messages as m
  group by m.contact
),
-- contacts of whom all of that is the same are looked at together: they are few
alike as materialized (
  select
    c.messages,
    c.profiles,
    c.opt_outs,
    c.without_profile,
    c.opted_out,
    c.delivered,
    c.other_error,
    c.signed_opted_out,
    c.doubled,
    count(*)::float8 as contacts
  from contacts as c
  group by
    c.messages,
    c.profiles,
    c.opt_outs,
    c.without_profile,
    c.opted_out,
    c.delivered,
    c.other_error,
    c.signed_opted_out,
    c.doubled
),
numbers as (
  select e.contact, min(e.number) as number
  from events as e
  group by e.contact
),
profiles as (
  select m.sender, count(*) as messages, count(distinct m.contact) as contacts
  from messages as m
  where m.sender is not null
  group by m.sender
),
-- what one contact gets in a second, a minute and an hour: each from the one before
seconds as materialized (
  select m.sent_ms / 1000 as slot, m.contact, count(*)::float8 as messages
  from messages as m
  where m.sent_ms is not null
  group by m.sent_ms / 1000, m.contact
),
minutes as materialized (
  select s.slot / 60 as slot, s.contact, sum(s.messages) as messages
  from seconds as s
  group by s.slot / 60, s.contact
),
hours as (
  select m.slot / 60 as slot, m.contact, sum(m.messages) as messages
  from minutes as m
  group by m.slot / 60, m.contact
),
batches as (
  select m.sender, m.sent_ms / 1000 as slot, m.contact, count(*)::float8 as messages
  from messages as m
  where m.sent_ms is not null
    and m.sender is not null
  group by m.sender, m.sent_ms / 1000, m.contact
)
select
  'sums' as name,
  v.measure as detail,
  null::float8 as value,
  coalesce(sum(a.contacts) filter (where v.amount > 0), 0) as contacts,
  sum(v.amount * a.contacts) as amount,
  sum(v.amount * v.amount * a.contacts) as squares,
  sum(v.amount * a.messages * a.contacts) as products
from alike as a
cross join lateral (
  values
    ('messages', a.messages),
    ('withoutProfile', a.without_profile),
    ('optedOut', a.opted_out),
    ('delivered', a.delivered),
    ('otherError', a.other_error),
    ('signedOptedOut', a.signed_opted_out),
    ('unsignedOptedOut', a.opted_out - a.signed_opted_out),
    ('repeated', a.signed_opted_out - a.opt_outs),
    ('doubled', a.doubled),
    ('blocked', (a.opt_outs >= 3)::integer::float8)
) as v (measure, amount)
group by v.measure
union all
select v.name, null, v.value, sum(a.contacts), sum(a.contacts), null, null
from alike as a
cross join lateral (
  values
    ('messagesPerContact', a.messages),
    ('profilesPerContact', a.profiles),
    ('optOutsPerContact', a.opt_outs)
) as v (name, value)
group by v.name, v.value
union all
select 'messagesPerProfile', null, p.messages, sum(p.contacts), count(*), null, null
from profiles as p
where p.contacts >= $2
group by p.messages
union all
select 'smallProfiles', null, sum(p.messages), null, count(*), null, null
from profiles as p
where p.contacts < $2
union all
select 'delays', d.kind, d.bar, count(distinct d.contact), count(*), null, null
from (
  select
    e.kind,
    e.contact,
    floor(20 * log(greatest(e.received_ms - e.sent_ms, 1)::float8)) as bar
  from events as e
  where e.kind is not null
    and e.received_ms is not null
    and e.sent_ms is not null
) as d
group by d.kind, d.bar
union all
select 'numbers', n.format, n.length, count(*), count(*), null, null
from (
  select
    case
      when c.number ~ '^\+[1-9][0-9]{6,14}$' then 'E.164'
      when c.number ~ '^[0-9]+$' then 'digits'
      else 'other'
    end as format,
    length(c.number) as length
  from numbers as c
) as n
group by n.format, n.length
union all
select 'bodyBytes', null, m.body_bytes, count(distinct m.contact), count(*), null, null
from messages as m
where m.body_bytes is not null
group by m.body_bytes
union all
select 'hours', null, m.sent_ms / 3600000 % 24, count(distinct m.contact), count(*), null, null
from messages as m
where m.sent_ms is not null
group by m.sent_ms / 3600000 % 24
union all
select 'pairs', t.length, null, null, sum(t.messages * t.messages - t.squares), null, null
from (
  select s.length, s.slot, sum(s.messages) as messages, sum(s.messages * s.messages) as squares
  from (
    select 'second' as length, slot, messages
    from seconds
    union all
    select 'minute', slot, messages
    from minutes
    union all
    select 'hour', slot, messages
    from hours
  ) as s (length, slot, messages)
  group by s.length, s.slot
) as t
group by t.length
union all
select 'batches', null, sum(t.messages), null, sum(t.messages * t.messages - t.squares), null, null
from (
  select b.sender, b.slot, sum(b.messages) as messages, sum(b.messages * b.messages) as squares
  from batches as b
  group by b.sender, b.slot
) as t
union all
select 'span', null, min(m.sent_ms), count(m.sent_ms), max(m.sent_ms), null, null
from messages as m;
