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

create index concurrently if not exists "{index name}"
on "{indexed table}" ("{message}")
where "{has code}";
comment on index "{index}" is
  'The {reports with codes} of a message, for when it is moved. Its condition is as short as can be, because every report is held against it.';

set lock_timeout = '50ms';
