// `portico lint`: reads what it is given, runs the checks, shows what they find. Opens no port, runs no program.

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Diagnostic } from '../../kit/diagnostic.ts';
import { suggest } from '../../kit/suggest.ts';
import { PORTICO_VERSION } from '../../request/software.ts';
import { Machine } from '../../server/machine.ts';
import { latin1 } from '../../tools/bytes.ts';
import {
  checks,
  drawFindings,
  type Finding,
  findingsAsJson,
  findingsAsSarif,
  lint,
  reaches,
  readHtaccessTarget,
  type Target,
  targetOfSite,
} from '../../tools/lint/index.ts';
import { readConfiguration, takeSettingsOf } from '../configuration.ts';
import { sayWarning, standardOutputPainter } from '../terminal.ts';
import type { LintOptions } from './arguments.ts';
import { explainCheck, listChecks } from './explain-check.ts';
import { findHtaccessFiles, isHtaccessName } from './find-files.ts';

/** Answers the exit code. */
export function runLint(options: LintOptions): number {
  if (options.isList) {
    write(listChecks(checks));
    return 0;
  }
  if (options.explain !== undefined) return explain(options.explain);
  const read = readTargets(options);
  if (typeof read === 'string') {
    process.stderr.write(`portico: ${read}\n`);
    return 2;
  }
  const all = read.flatMap((target) => lint(target));
  const findings = all.filter((finding) => reaches(finding, options.severity));
  write(drawAs(options, findings, { files: read.length, hidden: all.length - findings.length }));
  return findings.length > 0 ? 1 : 0;
}

function write(text: string): void {
  process.stdout.write(text);
}

function explain(id: string): number {
  const check = checks.find((one) => one.id === id.replace(/^lint\//, ''));
  if (check !== undefined) {
    write(explainCheck(check));
    return 0;
  }
  const near = suggest(
    id,
    checks.map((one) => one.id),
  );
  const hint = near === undefined ? '' : `, did you mean ${near}?`;
  process.stderr.write(`portico: no check is called ${id}${hint}\n(portico lint --list shows all of them)\n`);
  return 2;
}

function drawAs(
  { format }: LintOptions,
  findings: readonly Finding[],
  counts: { readonly files: number; readonly hidden: number },
): string {
  if (format === 'json') return findingsAsJson(findings);
  if (format === 'sarif') return findingsAsSarif(findings, checks, PORTICO_VERSION);
  return drawFindings(findings, { ...counts, painter: standardOutputPainter });
}

/** What is to be looked at; a string says why it cannot be. */
function readTargets(options: LintOptions): readonly Target[] | string {
  const machine = new Machine(sayWarning);
  const targets: Target[] = [];
  if (options.file !== undefined) {
    const result = readWhole(options, options.file, machine);
    if (typeof result === 'string') return result;
    targets.push(result);
  }
  for (const path of options.paths) {
    const read = readPath(options, path, machine);
    if (typeof read === 'string') return read;
    targets.push(...read);
  }
  return targets;
}

function readPath(options: LintOptions, path: string, machine: Machine): readonly Target[] | string {
  const { documentRoot, as } = options;
  if (path === '-') return [readStandardInput(options, machine)];
  const whole = resolve(path);
  const kind = machine.stat(latin1(whole))?.kind;
  if (kind === undefined) return `${path}: no such file or directory`;
  if (kind === 'directory') {
    const files = findHtaccessFiles(whole);
    if (files.length === 0) return `${path}: no .htaccess file beneath`;
    return files.map((file) =>
      readHtaccess(file, shortName(path, whole, file), documentRoot ?? whole, machine),
    );
  }
  const isHtaccess = as === undefined ? isHtaccessName(whole) : as === 'htaccess';
  if (isHtaccess) return [readHtaccess(whole, path, documentRoot ?? dirname(whole), machine)];
  const target = readWhole(options, path, machine);
  return typeof target === 'string' ? target : [target];
}

/** The file as the one who asks would write it. */
function shortName(path: string, whole: string, file: string): string {
  return `${path.replace(/\/+$/, '') || '/'}${file.slice(whole === '/' ? 0 : whole.length)}`;
}

function readHtaccess(file: string, name: string, documentRoot: string, machine: Machine): Target {
  const text = readFileSync(file, 'latin1');
  const source = { path: latin1(name), text, directory: latin1(dirname(file)) };
  return readHtaccessTarget({ ...source, documentRoot: latin1(resolve(documentRoot)) }, machine);
}

function readWhole(options: LintOptions, file: string, machine: Machine): Target | string {
  const configuration = { ...options, file, checksDocumentRoots: false };
  takeSettingsOf(configuration);
  const result = readConfiguration(configuration, machine);
  const unreadable = result.diagnostics.find(isUnreadable);
  return unreadable === undefined ? targetOfSite(result, { io: machine }) : unreadable.message;
}

function isUnreadable({ code, place }: Diagnostic): boolean {
  return code === 'conf/cannot-read' && place === undefined;
}

function readStandardInput(options: LintOptions, machine: Machine): Target {
  const text = readFileSync(0, 'latin1');
  const directory = latin1(resolve(options.documentRoot ?? '.'));
  if (options.as !== 'config')
    return readHtaccessTarget({ path: 'standard input', text, directory, documentRoot: directory }, machine);
  return targetOfSite(readConfiguration({ ...options, text, checksDocumentRoots: false }, machine), {
    io: machine,
  });
}
