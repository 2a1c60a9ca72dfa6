// One case, tried out without a server: what explain comes to is held against what the servers answered. Owns the rules
// by which a request is left out because explain cannot know the answer. The machine is asked for, so that the same holds
// where its files are in memory.
import { connect } from 'node:net';
import { readSite } from '../../src/conf/site.ts';
import { modules } from '../../src/modules/index.ts';
import type { SiteIo } from '../../src/request/io.ts';
import type { Deed } from '../../src/request/rehearsal.ts';
import { Machine } from '../../src/server/machine.ts';
import { type Injected, openRehearsal, type RehearsedSite } from '../../src/tools/inject.ts';
import { describeDifference } from '../support/answer-diff.ts';
import { readSocket } from '../support/byte-reader.ts';
import type { Case } from '../support/case-file.ts';
import { type CaseSite, createCaseSite } from '../support/case-site.ts';
import { writeAnswer, writeText } from '../support/comparison.ts';
import { buildRequest } from '../support/request-template.ts';
import type { CaseAnswer } from '../support/run-case.ts';
import { serverUser } from '../support/server-user.ts';

/** Why a request is left out. */
export type LeftOut =
  | 'no request: the configuration alone is checked'
  | 'compares how a connection is used'
  | 'several messages in one go'
  | 'opened as another user: file modes do not count here'
  | 'begins with a PROXY header'
  | 'depends on how backends have answered before'
  | 'shows what the server is doing'
  | 'the answer is that of a backend, changed on its way'
  | 'the answer is that of a program'
  | 'asks a program or a database for a key'
  | 'a part of the answer is that of a program or a backend'
  | 'needs links, users, modes or other files'
  | 'files change on the way';

export interface Parity {
  readonly checked: number;
  readonly left: ReadonlyMap<LeftOut, number>;
  readonly problems: readonly string[];
}

/** The environment is that of the servers (server-process.ts). */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LANG: 'C',
  TZ: 'UTC',
  HOME: '/nonexistent',
};

class CaseMachine extends Machine {
  override env(name: string): string | undefined {
    return ENVIRONMENT[name];
  }
}

class Tally {
  checked = 0;
  readonly left: Map<LeftOut, number> = new Map();
  readonly problems: string[] = [];

  leave(why: LeftOut, count = 1): void {
    this.left.set(why, (this.left.get(why) ?? 0) + count);
  }
}

/** Where the files of a case are looked at. */
export interface Ground {
  leavesOut(testCase: Case): LeftOut | undefined;
  /** The machine, once the case is laid out. */
  machineFor(place: CaseSite): SiteIo;
}

/** This machine. */
export const onDisk: Ground = {
  leavesOut: () => undefined,
  machineFor: () => new CaseMachine(() => undefined),
};

/** Tries every request of a case on each ground; `expected` are the recorded answers. */
export async function checkParity(
  testCase: Case,
  expected: readonly CaseAnswer[],
  grounds: readonly Ground[] = [onDisk],
): Promise<readonly Parity[]> {
  const tallies = grounds.map((ground) => ({ ground, tally: new Tally() }));
  const requests = testCase.steps.filter(({ kind }) => kind === 'request').length;
  const open = tallies.filter(({ ground, tally }) => {
    const why = leftOutAsAWhole(testCase) ?? countFault(expected, requests) ?? ground.leavesOut(testCase);
    if (why !== undefined) tally.leave(why, Math.max(1, requests));
    return why === undefined;
  });
  if (open.length > 0) await runAll(testCase, expected, open);
  return tallies.map(({ tally }) => tally);
}

function countFault(expected: readonly CaseAnswer[], requests: number): LeftOut | undefined {
  return expected.length === requests ? undefined : 'several messages in one go';
}

async function runAll(
  testCase: Case,
  expected: readonly CaseAnswer[],
  open: readonly { readonly ground: Ground; readonly tally: Tally }[],
): Promise<void> {
  const place = await createCaseSite(testCase);
  try {
    // Those who look at the files as they were laid out come before the one that changes them.
    for (const { ground, tally } of open.toReversed())
      await runSteps(testCase, expected, { place, machine: ground.machineFor(place), tally });
  } finally {
    await place.close();
  }
}

interface Stage {
  readonly place: CaseSite;
  readonly machine: SiteIo;
  readonly tally: Tally;
}

function leftOutAsAWhole({ isConfigtest, comparison, conf, entries }: Case): LeftOut | undefined {
  if (isConfigtest) return 'no request: the configuration alone is checked';
  for (const word of ['framing', 'connection', 'interim', 'version'] as const)
    if (comparison.words.has(word)) return 'compares how a connection is used';
  for (const name of ['connection', 'keep-alive', 'transfer-encoding'])
    if (comparison.shownHeaders.has(name) || comparison.onlyHeaders?.has(name) === true)
      return 'compares how a connection is used';
  if (/hcmethod=|\bProxyHC/i.test(conf)) return 'depends on how backends have answered before';
  if (/SetHandler\s+"?(?:server-status|balancer-manager)/i.test(conf))
    return 'shows what the server is doing';
  if (/^\s*RemoteIPProxyProtocol\s+On/im.test(conf)) return 'begins with a PROXY header';
  const isClosed = entries.some((entry) => 'mode' in entry && (entry.mode & 0o044) !== 0o044);
  if (serverUser !== undefined && isClosed) return 'opened as another user: file modes do not count here';
  if (/^\s*RewriteMap\s+\S+\s+"?(?:prg|dbd|fastdbd):/im.test(conf))
    return 'asks a program or a database for a key';
  return undefined;
}

async function runSteps(
  testCase: Case,
  expected: readonly CaseAnswer[],
  { place, machine, tally }: Stage,
): Promise<void> {
  const read = readSite({
    sources: [{ file: place.confFile }],
    modules,
    io: machine,
    serverRoot: `${place.root}/conf`,
  });
  if (read.site === undefined) throw new Error(read.diagnostics.map(({ message }) => message).join('\n'));
  const site = await openRehearsal(read.site, machine);
  try {
    let at = 0;
    for (const step of testCase.steps) {
      if (step.kind === 'write') place.write(step.path, step.text);
      else {
        const answer = expected[at]!;
        await checkOne(testCase, answer, buildRequest(step.request, place.names).bytes, {
          place,
          site,
          tally,
        });
        at += 1;
      }
    }
  } finally {
    await site.close();
  }
}

interface Surroundings {
  readonly place: CaseSite;
  readonly site: RehearsedSite;
  readonly tally: Tally;
}

async function checkOne(
  testCase: Case,
  expected: CaseAnswer,
  bytes: Buffer,
  { place, site, tally }: Surroundings,
): Promise<void> {
  const injected = await site.inject(bytes.toString('latin1'), {
    ends: { localPort: place.port },
    readsBody: true,
  });
  const lines =
    injected.answer === undefined
      ? await linesOfDeed(testCase, expected, injected, place)
      : writeAnswer(
          {
            version: 'HTTP/1.1',
            status: injected.answer.status,
            reason: injected.answer.reason,
            headers: [...injected.answer.headers].map(
              ([name, value]) => [name, place.withNames(value)] as const,
            ),
            body: place.withNames(injected.answer.body ?? ''),
            bodyLength: injected.answer.body?.length ?? 0,
            framing: 'length',
            isComplete: injected.answer.isComplete,
            isKept: true,
            interim: [],
          },
          testCase.comparison,
        );
  if (injected.answer !== undefined && injected.deeds.length > 0) {
    tally.leave('a part of the answer is that of a program or a backend');
    return;
  }
  if (typeof lines === 'string') {
    tally.leave(lines);
    return;
  }
  tally.checked += 1;
  const isBodyOnly = injected.answer === undefined;
  const wanted = isBodyOnly ? { ...expected, lines: bodyOf(expected.lines) } : expected;
  const difference = describeDifference([wanted], [{ request: expected.request, lines }]);
  if (difference !== undefined) tally.problems.push(`${testCase.name}\n${difference}`);
}

function bodyOf(lines: readonly string[]): string[] {
  return lines.filter((line) => line.startsWith('|') || line === '(no line end)');
}

/** What the backend or the program says to what explain would have sent it: the body, as answers are written. */
async function linesOfDeed(
  { comparison, conf }: Case,
  expected: CaseAnswer,
  { deeds }: Injected,
  place: CaseSite,
): Promise<string[] | LeftOut> {
  const deed = deeds.at(-1);
  if (deed === undefined) return ['(closed without an answer)'];
  const isShown = expected.lines[0] === '200' && bodyOf(expected.lines).length > 0;
  if (!isShown || comparison.ignoredEcho.size > 0 || FILTERS.test(conf))
    return deed.kind === 'program'
      ? 'the answer is that of a program'
      : 'the answer is that of a backend, changed on its way';
  if (deed.kind === 'program') return linesOfProgram(deed, place);
  if (deed.kind === 'fastcgi') return 'the answer is that of a backend, changed on its way';
  const said = await askBackend(deed);
  return said === undefined
    ? 'the answer is that of a backend, changed on its way'
    : writeText(place.withNames(said), comparison.words.has('sorted lines'));
}

/** What changes the bodies of answers. */
const FILTERS = /^\s*(?:SetOutputFilter|AddOutputFilter|FilterProvider|FilterChain|Substitute)/im;

const NOT_PRINTED =
  /^(_|LD_LIBRARY_PATH|OLDPWD|PATH|PWD|REMOTE_PORT|SERVER_SIGNATURE|SERVER_SOFTWARE|SHLVL|UNIQUE_ID)=/;

/** What cgi-bin/env.cgi prints of an environment. */
function linesOfProgram(
  { file, environment }: Extract<Deed, { kind: 'program' }>,
  place: CaseSite,
): string[] | LeftOut {
  if (file !== `${place.root}/cgi-bin/env.cgi`) return 'the answer is that of a program';
  const lines = [...environment]
    .map(([name, value]) => `${name}=${value}`)
    .filter((line) => !NOT_PRINTED.test(line));
  return writeText(
    place.withNames(
      lines
        .sort()
        .map((line) => `${line}\n`)
        .join(''),
    ),
  );
}

/** Sends the bytes that explain shows to the backend they are for; undefined where that does not answer plainly. */
async function askBackend({
  address,
  bytes,
}: Extract<Deed, { kind: 'forward' }>): Promise<string | undefined> {
  const isUnix = address.startsWith('unix:');
  const colon = address.lastIndexOf(':');
  const socket = isUnix
    ? connect(address.slice('unix:'.length))
    : connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)) });
  socket.on('error', () => undefined);
  const reader = readSocket(socket);
  socket.write(bytes.replace('Connection: Keep-Alive', 'Connection: close'), 'latin1');
  const timer = setTimeout(() => socket.destroy(), 3000);
  const text = await reader.readToEnd();
  clearTimeout(timer);
  socket.destroy();
  const end = text.indexOf('\r\n\r\n');
  if (end < 0 || !/^HTTP\/1\.[01] 200 /.test(text) || /\r\ntransfer-encoding:/i.test(text.slice(0, end)))
    return undefined;
  return text.slice(end + 4);
}
