-- Levels above the leaves and size of a btree. $1 text: its name in schema public
select
  (optout_lab.bt_metap('public.' || quote_ident($1))).level as level,
  pg_relation_size(to_regclass('public.' || quote_ident($1))) as "sizeBytes";
