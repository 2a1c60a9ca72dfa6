// What a check declares. Documentation, `--list`, `--explain`, SARIF rules and the tests of every example are made from
// these declarations and from nothing else.

import type { FindingDetails } from '../../conf/finding.ts';
import type { Block, Line } from './blocks.ts';
import type { Target } from './target.ts';

/** `error`: it does not work, or it is a hole; `warning`: it works otherwise than it looks; `note`: worth a thought. */
export type Severity = 'error' | 'warning' | 'note';

/** A configuration that shows a check at work. */
export interface Example {
  /** An .htaccess file at DocumentRoot, or a whole configuration. */
  readonly kind: 'htaccess' | 'config';
  readonly text: string;
  /** What else is on the machine, by absolute path; DocumentRoot is /srv/www. */
  readonly files?: Readonly<Record<string, string>>;
}

/** What a finding says; without `why` and `hint` it says those of its check. */
export interface Said extends Pick<FindingDetails, 'why' | 'hint' | 'offset' | 'length'> {
  readonly message: string;
}

/** Takes a finding about a line, or about the opening line of a section. */
export type Report = (where: Line | Block, said: Said) => void;

/** One known trap. */
export interface Check {
  /** Kebab-case; never changes its meaning. */
  readonly id: string;
  readonly severity: Severity;
  /** What is wrong, in a few words. */
  readonly title: string;
  /** What happens, and to whom. */
  readonly why: string;
  /** What to write instead, where the finding does not say it more closely. */
  readonly mend: string;
  /** Each has at least one finding of this check. */
  readonly bad: readonly Example[];
  /** None has one. */
  readonly good: readonly Example[];
  run(target: Target, report: Report): void;
}

/** An example of an .htaccess file. */
export function htaccess(text: string, files?: Example['files']): Example {
  return files === undefined ? { kind: 'htaccess', text } : { kind: 'htaccess', text, files };
}

/** An example of a whole configuration. */
export function config(text: string, files?: Example['files']): Example {
  return files === undefined ? { kind: 'config', text } : { kind: 'config', text, files };
}
