-- {functions of the check}

-- {indexes of the check}

do $adopt$
begin
  if not exists (
    select
    from pg_catalog.pg_attribute as a
    where a.attrelid = 'opt_out_adoption.adoption'::regclass
      and a.attname = 'design'
  ) then
    alter table opt_out_adoption.adoption add column design text;
    comment on column opt_out_adoption.adoption.design is
      'Which design of the lab checks what is sent.';
  end if;
end
$adopt$;

begin;
-- {condition of the switch}
update opt_out_adoption.adoption
set design = '{design}';

-- {triggers that refuse}
commit;

-- {what another check left}
