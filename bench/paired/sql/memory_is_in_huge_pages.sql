-- False where the server does not say: before 17, with huge_pages = try.
select
  coalesce(current_setting('huge_pages_status', true), current_setting('huge_pages')) = 'on' as huge;
