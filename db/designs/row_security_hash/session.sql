set role optout_lab_app;
