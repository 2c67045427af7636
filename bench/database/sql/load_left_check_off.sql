-- Whether a load that was killed left a check off; an older lab's record does not say.
select coalesce((to_jsonb(s) ->> 'check_off')::boolean, false) as off
from optout_lab.load_reservation as s;
