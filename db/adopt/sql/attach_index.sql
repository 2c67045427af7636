-- {until indexed table is free}
alter index "{parent index}" attach partition "{index}";
-- {end}
