import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Html, html } from './html.ts';

/** What a list of runs or loads is ordered by. */
export interface Listed {
  readonly name: string;
  /** ISO 8601, UTC; empty where it cannot be read. */
  readonly startedAt: string;
}

/** The folders in `parent` that hold a file of that name, as items, the newest first. */
export function listFolders<T extends Listed>(
  parent: string,
  file: string,
  toItem: (name: string) => T,
): readonly T[] {
  return readdirSync(parent)
    .filter((name) => {
      const folder = join(parent, name);
      // reports/latest is a link to one of the others
      return lstatSync(folder).isDirectory() && existsSync(join(folder, file));
    })
    .map(toItem)
    .sort((a, b) => b.startedAt.localeCompare(a.startedAt) || a.name.localeCompare(b.name));
}

/** A folder's name, leading to its page where it has one. */
export function folderLink(parent: string, name: string): Html {
  return existsSync(join(parent, name, 'index.html'))
    ? html`<a href="${encodeURIComponent(name)}/index.html">${name}</a>`
    : html`${name}`;
}
