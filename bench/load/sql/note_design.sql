-- $1 text: the design to put back.
insert into optout_lab.load_reservation (design)
values ($1);
