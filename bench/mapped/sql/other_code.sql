-- A code of some report that does not say "opted out"; no row where none was found.
select "{r.code}"::text as code
from "{reports}" as r tablesample system ("{percent}")
where "{r.code}" is not null
  and ("{r.has code}") is false
limit 1;
