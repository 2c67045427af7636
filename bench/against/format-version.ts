/** Of against.json. Goes up when a reader of the older shape would misread the newer one. */
export const againstFormatVersion = 1;
