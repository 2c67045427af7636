do $adopt$
begin
  if (select c.relkind from pg_catalog.pg_class as c where c.oid = '{messages}'::regclass) = 'p' then
    raise exception '{statement trigger of partitions}'
      using errcode = 'object_not_in_prerequisite_state';
  end if;
end
$adopt$;
