do $adopt$
begin
  if (select a.finished_at from opt_out_adoption.adoption as a) is null then
    raise exception 'the backfill is not finished: run 03_backfill.sql first'
      using errcode = 'object_not_in_prerequisite_state';
  end if;
end
$adopt$;
