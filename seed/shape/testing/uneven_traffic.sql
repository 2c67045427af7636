-- Messages and reports as no data set of the lab has them: most contacts get one or two messages and a few get
-- sixty, all between eight in the morning and six in the evening, from at most three profiles each.
-- Settings: uneven.contacts, how many; uneven.stopping, the share of those with three profiles that opted out of
-- all of them. The check's own triggers do not see it: they would refuse what was sent to blocked numbers.
set session_replication_role = replica;

create function pg_temp.share(one bigint, other bigint) returns float8
language sql
immutable
return (hashint8extended(one, other) & 4294967295) / 4294967296.0;

create function pg_temp.uuid_at(ms bigint, one bigint, other bigint) returns uuid
language sql
immutable
return (
  lpad(to_hex(ms), 12, '0') || '7' || substr(md5(one || ' ' || other), 1, 3) || '8' || substr(md5(other || ' ' || one), 1, 15)
)::uuid;

insert into profiles (id, name)
select pg_temp.uuid_at(1700000000000, p, 0), 'profile ' || p
from generate_series(1, 60) as p;

create temporary table sent as
with contacts as (
  select
    c,
    1 + floor(2 / (pg_temp.share(c, 1) + 0.033))::integer as messages,
    1 + floor(3 * pg_temp.share(c, 2))::integer as profiles,
    case
      when pg_temp.share(c, 3) < current_setting('uneven.stopping')::float8 then 3
      when pg_temp.share(c, 4) < 0.1 then 1
      else 0
    end as stops
  from generate_series(1, current_setting('uneven.contacts')::integer) as c
)
select
  c.c,
  i,
  c.stops,
  least(i - 1, floor(c.profiles * pg_temp.share(c.c, 10 + i))::integer) as slot,
  1780000000000 / 86400000 * 86400000
    + floor(80 * pg_temp.share(c.c, 1000 + i))::bigint * 86400000
    + floor((8 + 5 * (pg_temp.share(c.c, 2000 + i) + pg_temp.share(c.c, 3000 + i))) * 3600000)::bigint as ms
from contacts as c
cross join lateral generate_series(1, c.messages) as i;

insert into outbound_messages (id, profile_id, to_number, body)
select
  pg_temp.uuid_at(s.ms, s.c, s.i),
  case
    when pg_temp.share(s.c, 4000 + s.i) >= 0.005
      then pg_temp.uuid_at(1700000000000, 1 + floor(60 * pg_temp.share(s.c, 5000 + s.slot) ^ 2)::bigint, 0)
  end,
  '+1' || (2000000000 + s.c),
  repeat('x', 20 + floor(140 * pg_temp.share(s.c, 6000 + s.i) ^ 2)::integer)
from sent as s;

insert into delivery_reports (id, message_id, event_type, error_code)
select
  pg_temp.uuid_at(s.ms + 6000, s.c, s.i),
  pg_temp.uuid_at(s.ms, s.c, s.i),
  case when k.kind = 'delivered' then 'delivered' else 'failed' end,
  case k.kind when 'stop' then 21610 when 'filtered' then 30007 end
from (
  select s.*, row_number() over (partition by s.c, s.slot order by s.i) as nth
  from sent as s
) as s
cross join lateral (
  select
    case
      when s.slot < s.stops and (s.nth = 1 or pg_temp.share(s.c, 7000 + s.i) < 0.1) then 'stop'
      when pg_temp.share(s.c, 8000 + s.i) < 0.5 then 'delivered'
      when pg_temp.share(s.c, 8000 + s.i) < 0.56 then 'filtered'
    end as kind
) as k
where k.kind is not null;

drop table sent;
reset session_replication_role;
analyze;
