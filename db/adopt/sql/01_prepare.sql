-- 1. Prepare: looks whether the schema can be made for {messages} and {reports}, and makes the index by
-- which the opt-outs of a message are found.
--
-- Locks: builds the index while reports are stored ("concurrently"): that waits for transactions that are
--   older, and keeps nobody waiting.
-- Isolation: READ COMMITTED; every statement is a transaction of its own, so do not wrap the file in one.
-- Again: what is there stays; an index that was left half built is dropped and built anew.

-- {settings}

do $adopt$
declare
  found record;
begin
  for found in
    select o.line, o.stops
    from "{obstacles}" as o
    order by o.stops desc, o.line collate "C"
  loop
    if found.stops then
      raise exception '%', found.line using errcode = 'object_not_in_prerequisite_state';
    end if;
    raise notice '%', found.line;
  end loop;
end
$adopt$;

-- {indexes}
