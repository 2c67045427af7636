-- How the server was compiled, without the folders it lies in and was built in. The flags of compiler and
-- linker stay, but for those of their words that are folders.
select
  c.name,
  case
    when c.name ~ 'FLAGS(_SL)?$'
    then btrim(regexp_replace(regexp_replace(c.setting, '\S*/\S*', '', 'g'), '\s+', ' ', 'g'))
    else c.setting
  end as setting
from pg_catalog.pg_config as c
where c.setting not like '%/%'
  or c.name ~ 'FLAGS(_SL)?$'
order by c.name;
