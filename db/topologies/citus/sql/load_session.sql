-- For a session that loads or clears up: triggers may be taken off and put back; every statement goes to each
-- worker over one connection, so that it sees what the transaction did before; and no connection to a worker is
-- kept from one transaction to the next, which would be broken where that worker went away meanwhile.
set citus.multi_shard_modify_mode = 'sequential';
set citus.enable_unsafe_triggers = on;
set citus.max_cached_conns_per_worker = 0;
