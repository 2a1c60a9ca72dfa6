// Runs one case on one server: lays it out, starts the server, sends the requests in order, and
// writes down the compared part of every answer.
import type { Case } from './case-file.ts';
import { type CaseSite, createCaseSite } from './case-site.ts';
import { writeAnswer, writeText } from './comparison.ts';
import { createRawClient, type RawClient, type RawOutcome } from './raw-client.ts';
import { buildRequest, type RequestTemplate } from './request-template.ts';
import {
  type ConfigtestResult,
  type RunningServer,
  runConfigtest,
  type ServerKind,
  type ServerPlace,
  startServer,
} from './server-process.ts';
import { runWarmConfigtest, startWarmPortico } from './warm-portico.ts';

/** Who answers a case: a server with a process of its own, or portico in one that has answered others. */
export type CaseServer = ServerKind | 'warm portico';

/** One recorded or measured answer: the request as the case spells it, and the lines to compare. */
export interface CaseAnswer {
  readonly request: string;
  readonly lines: readonly string[];
}

export interface CaseRun {
  readonly answers: readonly CaseAnswer[];
  /** What the server printed and the end of its error log. */
  readonly log: string;
}

/** Runs a case; throws where the server does not start. */
export async function runCase(testCase: Case, kind: CaseServer): Promise<CaseRun> {
  try {
    return await runOnce(testCase, kind);
  } catch (error) {
    // Somebody else may have taken the free port before the server did.
    if (error instanceof Error && /address already in use|already listens/i.test(error.message))
      return runOnce(testCase, kind);
    throw error;
  }
}

async function runOnce(testCase: Case, kind: CaseServer): Promise<CaseRun> {
  const site = await createCaseSite(testCase);
  try {
    return testCase.isConfigtest
      ? await checkConfiguration(site, kind)
      : await sendRequests(testCase, site, kind);
  } finally {
    await site.close();
  }
}

async function checkConfiguration(site: CaseSite, kind: CaseServer): Promise<CaseRun> {
  const { isAccepted, message } = await checkOn(kind, site);
  return {
    answers: [{ request: 'configtest', lines: [isAccepted ? '(accepted)' : '(refused)'] }],
    log: message,
  };
}

async function sendRequests(testCase: Case, site: CaseSite, kind: CaseServer): Promise<CaseRun> {
  return sendTo(testCase, site, await startOn(kind, site));
}

/** Writes an answer down in its own way; undefined leaves that to the rules for all. */
export type WriteOutcome = (outcome: RawOutcome) => readonly string[] | undefined;

/** Starts a server on the port and the configuration of a case. */
export type StartOn = (site: CaseSite) => Promise<RunningServer>;

/** Runs a case on one server after the other; its place is laid out anew only where the case changes it. */
export async function runCaseOn(
  testCase: Case,
  starts: readonly StartOn[],
  write: WriteOutcome,
): Promise<readonly CaseRun[]> {
  const [first, ...others] = leavesTraces(testCase) ? starts : [];
  if (first !== undefined && others.length > 0)
    return [...(await runCaseOn(testCase, [first], write)), ...(await runCaseOn(testCase, others, write))];
  const site = await createCaseSite(testCase);
  const runs: CaseRun[] = [];
  try {
    for (const start of starts) runs.push(await sendTo(testCase, site, await start(site), write));
  } finally {
    await site.close();
  }
  return runs;
}

/** Files are written, by the case itself, or in logs and the like that its scripts show. */
function leavesTraces({ steps, entries }: Case): boolean {
  return (
    steps.some(({ kind }) => kind === 'write') || entries.some(({ path }) => path.startsWith('cgi-bin/'))
  );
}

async function sendTo(
  testCase: Case,
  site: CaseSite,
  server: RunningServer,
  write: WriteOutcome = () => undefined,
): Promise<CaseRun> {
  const client = createRawClient(site.port);
  const answers: CaseAnswer[] = [];
  try {
    for (const step of testCase.steps) {
      if (step.kind === 'write') site.write(step.path, step.text);
      else answers.push(...(await sendOne({ testCase, site, client, write }, step.request)));
    }
  } finally {
    client.close();
    await server.stop();
  }
  return { answers, log: site.withNames(server.log()) };
}

function startOn(kind: CaseServer, place: ServerPlace): Promise<RunningServer> {
  return kind === 'warm portico' ? startWarmPortico(place) : startServer(kind, place);
}

function checkOn(kind: CaseServer, place: ServerPlace): Promise<ConfigtestResult> {
  return kind === 'warm portico' ? runWarmConfigtest(place) : runConfigtest(kind, place);
}

interface Talk {
  readonly testCase: Case;
  readonly site: CaseSite;
  readonly client: RawClient;
  readonly write: WriteOutcome;
}

async function sendOne(talk: Talk, template: RequestTemplate): Promise<CaseAnswer[]> {
  const { testCase, site, client, write } = talk;
  const outcomes = await client.send({
    ...buildRequest(template, site.names),
    isNewConnection: template.isNewConnection,
    waitsForContinue: template.kind !== 'raw',
  });
  return outcomes.map((outcome, index) => ({
    request: index === 0 ? template.label : '(another answer)',
    lines: write(outcome) ?? writeOutcome(outcome, testCase, site),
  }));
}

function writeOutcome(outcome: RawOutcome, testCase: Case, site: CaseSite): string[] {
  if (outcome.kind === 'closed') return ['(closed without an answer)'];
  if (outcome.kind === 'timed out') return ['(no answer in time)'];
  if (outcome.kind === 'bytes') return ['(not HTTP/1.x)', ...writeText(site.withNames(outcome.body))];
  const answer = {
    ...outcome,
    headers: outcome.headers.map(([name, value]) => [name, site.withNames(value)] as const),
    body: site.withNames(outcome.body),
    bodyLength: outcome.body.length,
  };
  return writeAnswer(answer, testCase.comparison);
}
