-- The parent's index, which has no rows: partitions that are made later get one of their own by it.
-- {until reports is free}
create index if not exists "{index name}"
on only "{reports}" ("{message}")
where "{has code}";
comment on index "{index}" is
  'The {reports with codes} of a message, for when it is moved. Its condition is as short as can be, because every report is held against it.';
-- {end}
