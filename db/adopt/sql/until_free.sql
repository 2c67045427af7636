do $adopt$
begin
  for attempt in 1 .. 300 loop
    begin
      -- {statements}
      exit;
    exception
      when lock_not_available then
        if attempt = 300 then
          raise lock_not_available using
            message = '{table} was in use at each of 300 attempts: run this file again',
            hint = 'pg_stat_activity shows who has a transaction open.';
        end if;
        perform pg_catalog.pg_sleep(0.2); -- without any lock
    end;
  end loop;
end
$adopt$;
