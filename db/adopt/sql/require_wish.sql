do $adopt$
begin
  if pg_catalog.current_setting('opt_out_adoption.roll_back', true) is distinct from 'yes' then
    raise exception 'nothing was taken away: this file does it where opt_out_adoption.roll_back is set to yes'
      using errcode = 'object_not_in_prerequisite_state';
  end if;
end
$adopt$;
