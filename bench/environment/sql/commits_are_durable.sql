-- Whether a commit of this session waits until it is on the disk.
select
  current_setting('fsync') = 'on'
    and current_setting('synchronous_commit') <> 'off' as durable;
