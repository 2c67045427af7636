delete from optout_lab.load_reservation;
