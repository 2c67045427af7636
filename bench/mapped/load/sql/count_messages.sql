-- How many messages there are.
select count(*) as "messages"
from "{messages}"
