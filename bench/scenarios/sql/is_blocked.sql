-- Whether a number is blocked, as an application would ask. $1 text: number
select exists (
  select
  from blocked_contacts as b
  where b.phone = $1
) as blocked;
