create or replace trigger opt_ins_take_opt_outs_insert
before insert on "{schema}".opt_ins
for each row
execute function "{schema}".take_opt_outs();
comment on trigger opt_ins_take_opt_outs_insert on "{schema}".opt_ins is
  'Storing an opt-in is opting in. A design that keeps opt-outs elsewhere puts its own trigger here.';
