begin;
-- {design functions}
commit;
