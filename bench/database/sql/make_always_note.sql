-- Where a bench that times statements in tables of any name keeps what it has changed. No row: nothing.
do $note$
declare
  made_schema constant boolean := pg_catalog.to_regnamespace('optout_lab') is null;
begin
  create schema if not exists optout_lab;
  create table if not exists optout_lab.always_triggers (
    process_id integer not null,
    made_schema boolean not null,
    relations text[] not null,
    triggers text[] not null
  );
  comment on table optout_lab.always_triggers is
    'Triggers that a bench has let fire always, for as long as it times; the next bench puts back what is left.';
  insert into optout_lab.always_triggers (process_id, made_schema, relations, triggers)
  values (0, made_schema, '{}', '{}');
end
$note$;
