-- What this file relies on, whatever the defaults of the role and of the database. For this session only.
set client_min_messages = notice;
set search_path = pg_catalog, pg_temp;
set default_transaction_isolation = 'read committed';
set default_transaction_read_only = off;
set statement_timeout = 0;
set lock_timeout = '50ms';
