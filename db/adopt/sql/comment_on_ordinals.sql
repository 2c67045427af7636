comment on column "{schema}".opt_outs.ordinal is
  'One more than the last of this phone, or free below the threshold: its unique index makes concurrent '
  'reporters of one phone meet, see {schema}.record_opt_out(). Never a count: where an opt-out was deleted, '
  'one may be missing.';
