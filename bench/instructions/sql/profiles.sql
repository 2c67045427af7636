-- So many that no foreign key's lookup scans them, as it would a table of one page.
insert into public.profiles (id, name)
select ('00000000-0000-7000-8000-' || pg_catalog.lpad(i::text, 12, '0'))::uuid, 'profile ' || i
from pg_catalog.generate_series(1, 1000) as i;
