-- What the backfill notes, in parts that it makes itself. A crash empties them; it notices, and begins anew.
do $adopt$
begin
  if (
    select c.relkind
    from pg_catalog.pg_class as c
    where c.oid = pg_catalog.to_regclass('opt_out_adoption.reported')
  ) = 'r' then
    drop table opt_out_adoption.reported; -- of a version that kept them in one
  end if;
end
$adopt$;
create table if not exists opt_out_adoption.reported (
  part integer not null,
  phone text collate "C" not null,
  profile_id "{sender type}" not null
) partition by list (part);
comment on table opt_out_adoption.reported is 'Opt-outs by reports, as they were read.';
