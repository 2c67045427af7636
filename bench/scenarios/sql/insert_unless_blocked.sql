-- One message, unless its number is blocked. $1 uuid: profile, $2 text: number, $3 text: body
insert into outbound_messages (profile_id, to_number, body)
select $1, $2, $3
where not exists (
  select
  from blocked_contacts as b
  where b.phone = $2
);
