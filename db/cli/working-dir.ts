import { sep } from 'node:path';
import { projectDir } from './project-dir.ts';

/** True where the lab runs as an installed package, not from its checkout. */
export const isInstalled = projectDir.split(sep).includes('node_modules');

/** Where reports and the embedded server's data are kept: the checkout, or where an installed lab is called. */
export const workingDir = isInstalled ? process.cwd() : projectDir;
