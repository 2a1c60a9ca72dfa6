// The page of server-info, in the shape of Apache's: whole, or one of its parts by the query.

import type { ConfModule } from '../../conf/module.ts';
import { coreServer } from '../../request/core-config.ts';
import { escapeHtml, signature } from '../../request/error-page.ts';
import type { Exchange } from '../../request/exchange.ts';
import type { Module } from '../../request/module.ts';
import { PHASES, type PhaseName } from '../../request/phases.ts';
import { serverName, serverPort } from '../../request/self-url.ts';
import { serverSoftware } from '../../request/software.ts';
import { drawTree, type Wanted } from './tree.ts';

type Modules = ReadonlyMap<string, ConfModule>;
type NoteOf = (file: string) => string | undefined;

/** Apache's names of the phases. */
const PHASE_TITLES: { readonly [phase in PhaseName]: string } = {
  postReadRequest: 'Post-Read Request',
  preTranslateName: 'Pre-Translate Name',
  translateName: 'Translate Name',
  mapToStorage: 'Map to Storage',
  headerParser: 'Header Parse',
  accessCheckerEx: 'Check Access',
  accessChecker: 'Check Access (legacy)',
  checkUserId: 'Verify User ID',
  authChecker: 'Verify User Access',
  typeChecker: 'Check Type',
  fixups: 'Fixups',
  insertFilter: 'Insert Filters',
  handler: 'Content Handlers',
  logTransaction: 'Transaction Logging',
};

const SUBPAGES = `<dl><dt><tt>Subpages:<br /><a href="?config">Configuration Files</a>, <a href="?server">Server Settings</a>, <a href="?list">Module List</a>, <a href="?hooks">Active Hooks</a></tt></dt></dl><hr />`;

const SECTIONS = `<dl><dt><tt>Sections:<br /><a href="#modules">Loaded Modules</a>, <a href="#server">Server Settings</a>, <a href="#request_hooks">Request Hooks</a></tt></dt></dl><hr />`;

/** `noteOf` answers what AddModuleInfo says about a module, which is HTML of the configuration's. */
export function drawPage(x: Exchange, modules: Modules, noteOf: NoteOf): string {
  return [
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"\n"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n',
    '<html xmlns="http://www.w3.org/1999/xhtml">\n<head>\n  <title>Server Information</title>\n</head>\n',
    '<body><h1 style="text-align: center">Apache Server Information</h1>\n',
    drawParts(x, modules, noteOf),
    signature(x).replace(/^<hr>\n/, ''),
    '</body></html>\n',
  ].join('');
}

function drawParts(x: Exchange, modules: Modules, noteOf: NoteOf): string {
  const { args } = x;
  switch (args?.toLowerCase()) {
    case undefined:
      return [
        SUBPAGES,
        SECTIONS,
        drawLinks(modules),
        drawSettings(x),
        drawHooks(modules),
        ...[...modules].map((entry) => drawModule(x, entry, noteOf)),
      ].join('');
    case 'list':
      return `<dl><dt>Server Module List</dt>${[...modules.keys()].map((file) => `<dd>${file}</dd>`).join('')}</dl><hr />`;
    case 'server':
      return drawSettings(x);
    case 'hooks':
      return drawHooks(modules);
    case 'config':
      return `<dl><dt><strong>Configuration:</strong>\n${drawTree(x.site.conf.tree)}</dl><hr />`;
    default: {
      // Apache: of a module that is not there the page says nothing.
      const found = [...modules].find(([file]) => file.toLowerCase() === args?.toLowerCase());
      return found === undefined ? '' : drawModule(x, found, noteOf);
    }
  }
}

function drawLinks(modules: Modules): string {
  const links = [...modules.keys()].map((file) => `<a href="#${file}">${file}</a>, `);
  return `<h2><a name="modules">Loaded Modules</a></h2><dl><dt><tt>${links.join('')}</tt></dt></dl><hr />`;
}

function drawSettings(x: Exchange): string {
  const core = coreServer(x.server);
  const { conf } = x.site;
  const big = (text: string): string => `<font size="+1"><tt>${text}</tt></font>`;
  const small = (text: string): string => `<tt>${text}</tt>`;
  const seconds = (time: number | undefined, otherwise: number): number =>
    Math.floor((time ?? otherwise) / 1000);
  const timeouts = `connection: ${seconds(core.timeout, 60_000)} &nbsp;&nbsp; keep-alive: ${seconds(core.keepAliveTimeout, 5000)}`;
  const rows: readonly (readonly [string, string])[] = [
    ['Server Version', big(escapeHtml(serverSoftware(x.site)))],
    ['Node.js Version', small(process.version)],
    ['Hostname/port', small(`${escapeHtml(serverName(x))}:${serverPort(x)}`)],
    ['Timeouts', small(timeouts)],
    ['MPM Name', small('event')],
    ['Server Architecture', small(`${/64|s390x/.test(process.arch) ? 64 : 32}-bit`)],
    ['Server Root', small(escapeHtml(conf.serverRoot))],
    ['Config File', small(escapeHtml(conf.main.place.file))],
  ];
  const lines = rows.map(([title, text]) => `<dt><strong>${title}:</strong> ${text}</dt>\n`);
  return `<h2><a name="server">Server Settings</a></h2><dl>${lines.join('')}</dl><hr />`;
}

function hasHook(module: ConfModule, phase: PhaseName): boolean {
  return (module as Module).hooks?.[phase] !== undefined;
}

function drawHooks(modules: Modules): string {
  const phases = PHASES.map(({ name }) => {
    const files = [...modules].filter(([, module]) => hasHook(module, name)).map(([file]) => file);
    return `<dt><strong>${PHASE_TITLES[name]}:</strong>\n <br /><tt>\n${files.join('<br />\n')}\n  </tt>\n</dt>\n`;
  });
  return `<h2><a name="request_hooks">Request Hooks</a></h2>\n<dl>${phases.join('')}</dl>\n<hr />\n`;
}

function orNone(parts: readonly string[]): string {
  return parts.length === 0 ? '<tt> <em>none</em></tt>' : parts.map((part) => `<tt>${part}</tt>`).join(', ');
}

function drawModule(x: Exchange, [file, module]: readonly [string, ConfModule], noteOf: NoteOf): string {
  const phases = PHASES.filter(({ name }) => hasHook(module, name)).map(({ name }) => PHASE_TITLES[name]);
  const configs = [
    ...(module.dirConfig ? ['Create Directory Config', 'Merge Directory Configs'] : []),
    ...(module.serverConfig ? ['Create Server Config', 'Merge Server Configs'] : []),
  ];
  const isHandler = hasHook(module, 'handler');
  const note = noteOf(file);
  return [
    `<dl><dt><a name="${file}"><strong>Module Name:</strong></a> <font size="+1"><tt><a href="?${file}">${file}</a></tt></font></dt>\n`,
    `<dt><strong>Content handlers:</strong> <tt> <em>${isHandler ? 'yes' : 'none'}</em></tt></dt>`,
    `<dt><strong>Configuration Phase Participation:</strong>\n${orNone(configs)}</dt>`,
    `<dt><strong>Request Phase Participation:</strong>\n${orNone(phases)}</dt>\n`,
    drawDirectives(x, module),
    note === undefined ? '' : `<dt><strong>Additional Information:</strong>\n</dt><dd>${note}</dd>`,
    '</dl><hr />\n',
  ].join('');
}

function drawDirectives(x: Exchange, { directives }: ConfModule): string {
  if (directives.length === 0) return '<dt><strong>Module Directives:</strong> <tt>none</tt></dt>';
  const names = new Set(
    directives.map((entry) => ('open' in entry ? `<${entry.name}` : entry.name).toLowerCase()),
  );
  const wanted: Wanted = (name) => names.has(name.toLowerCase());
  const lines = directives.map((entry) => {
    const name = 'open' in entry ? `&lt;${entry.name}&gt;` : entry.name;
    return `<dd><tt>${name} - <i>${escapeHtml(entry.help)}</i></tt></dd>\n`;
  });
  return `<dt><strong>Module Directives:</strong></dt>${lines.join('')}<dt><strong>Current Configuration:</strong></dt>\n${drawTree(x.site.conf.tree, wanted)}`;
}
