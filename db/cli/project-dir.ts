import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const projectDir = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
