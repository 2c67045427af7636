/** Of seed-speed.json and seed-whole.json. Goes up when a reader of the older shape would misread the newer one. */
export const speedFormatVersion = 1;
