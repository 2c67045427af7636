-- title: the default without enable_seqscan
-- idea: The lookup and the longest number.
-- choose it when: Never: it is here to be counted.
-- costs: a session that made its plan while few numbers were blocked scans them later.
-- keeps: opt_outs, blocked_contacts

-- migrate:up

alter function public.refuse_blocked_contact() reset enable_seqscan;

-- migrate:down
