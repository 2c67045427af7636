-- $1 integer: the threshold to put back, or null where it is as it was.
update optout_lab.load_reservation
set threshold = $1;
