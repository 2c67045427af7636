-- $1 integer: the run's tag, or null when it is removed or kept. $2 bigint: when it began. $3 uuid[]: its profiles.
update optout_lab.load_reservation
set run_tag = $1, from_unix_ms = $2, own_profile_ids = $3;
