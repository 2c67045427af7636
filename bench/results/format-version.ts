/**
 * Of results.json. Goes up when a reader of the older shape would misread the newer one. A new optional
 * member does not raise it; a reader that does not know it refuses it by name.
 */
export const resultsFormatVersion = 3;
