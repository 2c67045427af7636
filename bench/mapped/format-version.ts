/** Of mapped.json. Goes up when a reader of the older shape would misread the newer one. */
export const mappedFormatVersion = 1;
