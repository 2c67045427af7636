-- What only another design needed, where there was one. "concurrently" waits for older transactions.
set client_min_messages = warning;
set lock_timeout = 0;
-- {drop what is left}
set lock_timeout = '50ms';
set client_min_messages = notice;
