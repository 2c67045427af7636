-- What is counted of a sample of the contacts, in one pass over each table: one row a count. A contact is
-- in the sample with all its messages and reports, or not at all: its number's hash says which. Nothing in
-- the answer is a number, a profile or a text. $1 bigint: the bits of the hash that must be 0. $2 bigint: the
-- fewest contacts of a profile that is counted by itself.
with
events as materialized (
  select
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
    e.number,
    e.sender,
    min(e.sent_ms) as sent_ms,
    min(e.body_bytes) as body_bytes,
    count(*) filter (where e.kind = 'optedOut') as opted_out,
    count(*) filter (where e.kind = 'delivered') as delivered,
    count(*) filter (where e.kind = 'otherError') as other_error
  from events as e
  group by e.number, e.sender, e.message
),
contacts as materialized (
  select
    m.number,
    count(*) as messages,
    count(distinct m.sender) as profiles,
    count(distinct m.sender) filter (where m.opted_out > 0) as opt_outs,
    count(*) filter (where m.sender is null) as without_profile,
    sum(m.opted_out) as opted_out,
    sum(m.delivered) as delivered,
    sum(m.other_error) as other_error,
    coalesce(sum(m.opted_out) filter (where m.sender is not null), 0) as signed_opted_out,
    sum(
      greatest(m.opted_out - 1, 0) + greatest(m.delivered - 1, 0) + greatest(m.other_error - 1, 0)
    ) as doubled
  from messages as m
  group by m.number
),
profiles as (
  select m.sender, count(*) as messages, count(distinct m.number) as contacts
  from messages as m
  where m.sender is not null
  group by m.sender
),
slots as (
  select s.name, m.sent_ms / s.length_ms as slot, m.number, count(*) as messages
  from messages as m
  cross join (values ('second', 1000), ('minute', 60000), ('hour', 3600000)) as s (name, length_ms)
  where m.sent_ms is not null
  group by s.name, m.sent_ms / s.length_ms, m.number
),
batches as (
  select m.sender, m.sent_ms / 1000 as slot, m.number, count(*) as messages
  from messages as m
  where m.sent_ms is not null
    and m.sender is not null
  group by m.sender, m.sent_ms / 1000, m.number
)
select
  'sums' as name,
  v.measure as detail,
  null::float8 as value,
  count(*) filter (where v.amount > 0)::float8 as contacts,
  sum(v.amount)::float8 as amount,
  sum(v.amount * v.amount)::float8 as squares,
  sum(v.amount * c.messages)::float8 as products
from contacts as c
cross join lateral (
  values
    ('messages', c.messages::numeric),
    ('withoutProfile', c.without_profile),
    ('optedOut', c.opted_out),
    ('delivered', c.delivered),
    ('otherError', c.other_error),
    ('signedOptedOut', c.signed_opted_out),
    ('unsignedOptedOut', c.opted_out - c.signed_opted_out),
    ('repeated', c.signed_opted_out - c.opt_outs),
    ('doubled', c.doubled),
    ('blocked', (c.opt_outs >= 3)::integer)
) as v (measure, amount)
group by v.measure
union all
select v.name, null, v.value, count(*), count(*), null, null
from contacts as c
cross join lateral (
  values
    ('messagesPerContact', c.messages),
    ('profilesPerContact', c.profiles),
    ('optOutsPerContact', c.opt_outs)
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
select 'delays', d.kind, d.bar, count(distinct d.number), count(*), null, null
from (
  select
    e.kind,
    e.number,
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
  from contacts as c
) as n
group by n.format, n.length
union all
select 'bodyBytes', null, m.body_bytes, count(distinct m.number), count(*), null, null
from messages as m
where m.body_bytes is not null
group by m.body_bytes
union all
select 'hours', null, m.sent_ms / 3600000 % 24, count(distinct m.number), count(*), null, null
from messages as m
where m.sent_ms is not null
group by m.sent_ms / 3600000 % 24
union all
select 'pairs', t.name, null, null, sum(t.messages * t.messages - t.squares), null, null
from (
  select s.name, s.slot, sum(s.messages) as messages, sum(s.messages * s.messages) as squares
  from slots as s
  group by s.name, s.slot
) as t
group by t.name
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
