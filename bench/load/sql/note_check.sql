-- $1 boolean: whether the check of the design in place is off, and must be put back.
update optout_lab.load_reservation
set check_off = $1;
