// Cases of test/conformance as questions that somebody could type into the playground: their configuration, the list of
// their files with contents, and their requests.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlayQuestion } from '../../src/tools/playground/play.ts';
import type { Case, Step } from '../support/case-file.ts';
import type { CaseSite } from '../support/case-site.ts';
import { buildRequest, type Names } from '../support/request-template.ts';

/** Undefined where a part of the case cannot be typed: bytes that are no text, links, modes, files that change. */
export function questionsOf(testCase: Case, place: CaseSite): readonly PlayQuestion[] | undefined {
  const { isConfigtest, entries, steps, conf } = testCase;
  const isMore = entries.some((entry) => entry.kind === 'link' || ('mode' in entry && entry.mode < 0o644));
  if (isConfigtest || isMore || steps.some(({ kind }) => kind === 'write') || /UserDir|BALANCER/i.test(conf))
    return undefined;
  const text = textOf(readFileSync(place.confFile, 'latin1'));
  const files = listOf(place.root);
  if (text === undefined || files === undefined) return undefined;
  const common = { kind: 'configuration', text, folder: '', remote: '', files, apache: '' } as const;
  return steps.flatMap((step) => {
    const asked = askedIn(step, place.names);
    return asked === undefined ? [] : [{ ...common, ...asked }];
  });
}

type Asked = Pick<PlayQuestion, 'url' | 'method' | 'headers'>;

/** What the request asks for, where a client of today could have sent it. */
function askedIn(step: Step, names: Names): Asked | undefined {
  if (step.kind !== 'request' || step.request.kind === 'raw') return undefined;
  const [head = '', body = ''] = buildRequest(step.request, names).bytes.toString('latin1').split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const [, method, url] = /^([A-Z]+) (\/[!-~]*) HTTP\/1\.1$/.exec(first) ?? [];
  const headers = lines.map(
    (line) => /^([\w-]+): ?([ -~]*)$/.exec(line)?.slice(1) as [string, string] | undefined,
  );
  if (method === undefined || url === undefined || url.includes('#') || body !== '') return undefined;
  const known = headers.filter((field) => field !== undefined);
  if (known.length < headers.length || known.some(([name]) => /^content-length$/i.test(name)))
    return undefined;
  const hosts = known.filter(([name]) => name.toLowerCase() === 'host');
  return hosts.length === 1 && known[0] === hosts[0] ? { method, url, headers: known } : undefined;
}

/** The text that bytes spell, where typing it gives the same bytes. */
function textOf(bytes: string): string | undefined {
  const text = Buffer.from(bytes, 'latin1').toString('utf8');
  return Buffer.from(text, 'utf8').toString('latin1') === bytes && !/[\r\0]/.test(text) ? text : undefined;
}

function listOf(root: string): string | undefined {
  const lines: string[] = [];
  const isWhole = gather(root, lines);
  return isWhole ? lines.join('\n') : undefined;
}

function gather(folder: string, lines: string[]): boolean {
  lines.push(`${folder}/`);
  return readdirSync(folder, { withFileTypes: true }).every((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return gather(path, lines);
    if (!entry.isFile()) return true;
    const text = textOf(readFileSync(path, 'latin1'));
    if (text === undefined || /^[ \t]|: |[:\n \ufffd]$/.test(path) || (text !== '' && !text.endsWith('\n')))
      return false;
    lines.push(
      `${path}:`,
      ...text
        .split('\n')
        .slice(0, -1)
        .map((line) => `  ${line}`),
    );
    return true;
  });
}
