// Walks over a server's lists of sections: <Location> by URL path, <Files> by file name. The walk down the directories
// is directory-walk.ts, that of conditions if-walk.ts (core manual, "How the sections are merged").

import type { DirConfig, FilesSection, LocationSection } from '../conf/section.ts';
import { coreServer } from './core-config.ts';
import type { Exchange } from './exchange.ts';
import { chooseFiles, chooseLocations } from './section-index.ts';
import { joinSections, matchesRegex, putOn, tellSection } from './sections.ts';

/** `<Location /a>` matches `/a` and what is below it, by whole segments. */
function matchesLocation(x: Exchange, section: LocationSection, uri: string): boolean {
  if (section.regex !== undefined) return matchesRegex(x, section.regex, uri);
  if (section.glob !== undefined) return section.glob(uri);
  const path = section.path;
  if (!uri.startsWith(path)) return false;
  return uri.length === path.length || path.endsWith('/') || uri.charCodeAt(path.length) === 0x2f;
}

/** Merges the `<Location>` sections that match the URL path. */
export function locationWalk(x: Exchange): void {
  const sections = chooseLocations(x.server.locations, x.uri);
  let now: DirConfig | undefined;
  for (let i = 0; i < sections.length; i++) {
    if (!matchesLocation(x, sections[i]!, x.uri)) continue;
    now = joinSections(x, now, sections[i]!.dir);
    tellSection(x, 'location', sections[i]!.place);
  }
  putOn(x, now);
}

function matchesFile(x: Exchange, section: FilesSection, name: string): boolean {
  if (section.regex !== undefined) return matchesRegex(x, section.regex, name);
  return section.glob === undefined ? section.name === name : section.glob(name);
}

/** Merges the `<Files>` sections that match the last component of the file name. Those inside them are not looked at. */
export function fileWalk(x: Exchange): void {
  const { files } = x.dirConfig;
  if (files.length === 0 || x.filename === undefined) return;
  const name = x.filename.slice(x.filename.lastIndexOf('/') + 1);
  if (name === '') return;
  let now: DirConfig | undefined;
  for (const section of chooseFiles(files, name)) {
    if (!matchesFile(x, section, name)) continue;
    now = joinSections(x, now, section.dir);
    tellSection(x, 'files', section.place);
  }
  putOn(x, now);
}

/** DocumentRoot of the server that answers, or what stands for it in this request; without a trailing slash. */
export function documentRoot(x: Exchange): string {
  const own = x.main === undefined ? x.documentRoot : x.main.documentRoot;
  return own ?? coreServer(x.server).documentRoot ?? '/usr/local/apache2/htdocs';
}
