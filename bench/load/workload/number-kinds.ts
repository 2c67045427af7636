/** How the data set's contacts are drawn: each alike, or a few of them very often. */
export const numberKinds = ['uniform', 'skewed'] as const;
export type NumberKind = (typeof numberKinds)[number];
