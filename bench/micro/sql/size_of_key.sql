-- $1 text: an index of schema public, or nothing of that name.
select pg_relation_size(to_regclass('public.' || quote_ident($1))) as bytes;
