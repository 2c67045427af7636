-- title: the default with a search_path as well
-- idea: Two settings in every call, plain names.
-- choose it when: Never: it is here to be counted.
-- costs: nothing.
-- keeps: opt_outs, blocked_contacts

-- migrate:up

alter function public.refuse_blocked_contact() set search_path = pg_catalog, pg_temp;

-- migrate:down
