select s.design, s.check_off, s.threshold, s.run_tag, s.from_unix_ms, s.own_profile_ids
from optout_lab.load_reservation as s;
