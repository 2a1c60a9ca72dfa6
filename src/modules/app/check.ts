// What can only be seen once the whole configuration is read: names and addresses that meet, and users that cannot be had.

import type { Server, Servers } from '../../conf/server.ts';
import type { ConfNode } from '../../conf/tree.ts';
import type { Diagnostic } from '../../kit/diagnostic.ts';
import type { AppAddress } from '../../request/apps.ts';
import { coreServer } from '../../request/core-config.ts';
import type { AppEntry } from './config.ts';
import { checkMentions } from './mentions.ts';
import { isLoopback } from './values.ts';

type Report = (finding: Diagnostic) => void;

/** Looks at the sections of all servers together, and at the targets that name them. */
export function checkApps(
  servers: Servers,
  entries: readonly AppEntry[],
  tree: readonly ConfNode[],
  report: Report,
): void {
  for (const [at, entry] of entries.entries()) {
    const before = entries.slice(0, at);
    checkName(entry, before, report);
    checkAddress(entry, before, report);
    checkListens(entry, servers.main, report);
    checkUser(entry, servers.main, report);
  }
  checkMentions(tree, new Set(entries.map(({ spec }) => spec.name)), report);
}

function fault({ place }: AppEntry, more: Pick<Diagnostic, 'code' | 'severity' | 'message'>): Diagnostic {
  return { place, length: place.text.length - place.column + 1, ...more };
}

function lineOf({ place }: AppEntry): string {
  return `line ${place.line} of ${place.file}`;
}

function checkName(entry: AppEntry, before: readonly AppEntry[], report: Report): void {
  const { name } = entry.spec;
  const other = before.find(({ spec }) => spec.name === name);
  if (other === undefined) return;
  report({
    ...fault(entry, {
      code: 'conf/duplicate-app',
      severity: 'error',
      message: `<App ${name}> is described twice`,
    }),
    why: `The other section stands on ${lineOf(other)}. Names of applications belong to the whole server.`,
  });
}

/** Undefined for addresses that every process has for itself. */
function addressKey(address: AppAddress): string | undefined {
  if (address.kind === 'unix') return `unix:${address.path}`;
  // Whatever name loopback has: a port of it is free or is not.
  return address.kind === 'tcp' ? `port ${address.port}` : undefined;
}

function checkAddress(entry: AppEntry, before: readonly AppEntry[], report: Report): void {
  const key = addressKey(entry.spec.address);
  const other = before.find(({ spec }) => key !== undefined && addressKey(spec.address) === key);
  if (other === undefined) return;
  report({
    ...fault(entry, {
      code: 'conf/duplicate-app',
      severity: 'error',
      message: `<App ${entry.spec.name}> and <App ${other.spec.name}> have the same address, ${key}`,
    }),
    why: `The other section stands on ${lineOf(other)}. Only one of them could listen.`,
    hint: 'Give one of them another address, or AppAddress auto.',
  });
}

/** An application on a port of the server's own could never listen, and the server would ask itself. */
function checkListens(entry: AppEntry, main: Server, report: Report): void {
  const { address, name } = entry.spec;
  if (address.kind !== 'tcp') return;
  const meets = coreServer(main).listens.some(
    ({ host, port }) =>
      port === address.port && (host === undefined || isLoopback(host) || host === '0.0.0.0'),
  );
  if (!meets) return;
  report({
    ...fault(entry, {
      code: 'conf/duplicate-app',
      severity: 'error',
      message: `<App ${name}>: port ${address.port} is the server's own`,
    }),
    why: 'A Listen line has the same port: the application could not listen there.',
    hint: 'Write AppAddress auto, or another port.',
  });
}

/** A server that is not root, or has become somebody else, starts programs as itself only. */
function checkUser(entry: AppEntry, main: Server, report: Report): void {
  const { user, name } = entry.spec;
  if (user === undefined) return;
  const server = coreServer(main).user;
  if (server !== undefined && server !== user && server !== 'root' && server !== '#0') {
    report({
      ...fault(entry, {
        code: 'conf/bad-argument',
        severity: 'error',
        message: `<App ${name}>: AppUser ${user} cannot be had beside User ${server}`,
      }),
      why: `The server becomes ${server} before it starts applications, and can then start them as ${server} only.`,
      hint: `Take AppUser out, so that the application runs as ${server}.`,
    });
    return;
  }
  if (process.geteuid?.() === 0 || server === user) return;
  report({
    ...fault(entry, {
      code: 'conf/useless-directive',
      severity: 'warning',
      message: `<App ${name}>: AppUser ${user} needs a server that is started as root`,
    }),
    why: 'Started as this user, the server cannot start programs as another.',
  });
}
