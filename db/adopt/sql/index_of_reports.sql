create index concurrently if not exists "{index name}"
on "{indexed table}" ("{message}")
where "{has code}";
comment on index "{index}" is
  'The {reports with codes} of a message, for when it is moved. Its condition is as short as can be, because every report is held against it.';
