/** Of load.json. Goes up when a reader of the older shape would misread the newer one. */
export const loadFormatVersion = 3;
