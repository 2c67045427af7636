set role optout_lab_app;
-- A prepared insert holds the lookup, and keeps its plan: it must not be one that scans.
set enable_seqscan = off;
