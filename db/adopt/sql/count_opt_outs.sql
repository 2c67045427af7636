-- About how many reports say "opted out", by the planner's statistics.
explain (format json)
select
from "{reports}" as r
where "{r.counts}";
