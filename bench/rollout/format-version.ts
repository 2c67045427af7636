/** Counted up when a reader of an earlier version would misread a later rollout.json. */
export const rolloutFormatVersion = 1;
