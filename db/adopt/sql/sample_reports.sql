-- How many of some pages' reports say "opted out".
select
  count(*)::integer as reports,
  count(*) filter (where "{r.counts}")::integer as opt_outs
from "{reports}" as r tablesample system ("{percent}");
