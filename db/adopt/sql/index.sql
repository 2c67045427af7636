-- "concurrently" waits for older transactions, for as long as they take.
set lock_timeout = 0;

do $adopt$
begin
  if exists (
    select
    from pg_catalog.pg_index as i
    where i.indexrelid = pg_catalog.to_regclass('{index}')
      and not i.indisvalid
  ) then
    alter index "{index}" rename to "{broken index name}";
  end if;
end
$adopt$;

drop index concurrently if exists "{broken index}";

-- {build index}

set lock_timeout = '50ms';
