-- Whether shared memory lies in huge pages: from 17 on the server says what came of "try"; null where it does not.
select
  coalesce(
    current_setting('huge_pages_status', true),
    nullif(current_setting('huge_pages'), 'try')
  ) as state;
