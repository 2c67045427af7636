-- For a session that loads: triggers may be taken off and put back, and every statement goes to each worker over one connection, so that it sees what the transaction did before.
set citus.multi_shard_modify_mode = 'sequential';
set citus.enable_unsafe_triggers = on;
