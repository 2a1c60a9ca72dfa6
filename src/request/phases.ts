// The way of a request, as data: Apache's phases in its order, by its names. run.ts walks it; modules fill it.

/** What the answers of a phase's hooks mean. `first`: the first hook that does not decline settles the phase. */
export type PhaseRule = 'first' | 'all';

export interface Phase {
  readonly name: PhaseName;
  readonly rule: PhaseRule;
  readonly about: string;
}

/** A step in the way of a request, in Apache's words. */
export type PhaseName =
  | 'postReadRequest'
  | 'preTranslateName'
  | 'translateName'
  | 'mapToStorage'
  | 'headerParser'
  | 'accessChecker'
  | 'accessCheckerEx'
  | 'checkUserId'
  | 'authChecker'
  | 'typeChecker'
  | 'fixups'
  | 'handler'
  | 'insertFilter'
  | 'logTransaction';

export const PHASES: readonly Phase[] = [
  { name: 'postReadRequest', rule: 'all', about: 'The head is read and its virtual host known.' },
  { name: 'preTranslateName', rule: 'first', about: 'Mapping on the path as it came, before it is decoded.' },
  { name: 'translateName', rule: 'first', about: 'The URL path becomes a file name or a proxied URL.' },
  {
    name: 'mapToStorage',
    rule: 'first',
    about: 'The name is looked up; <Directory>, .htaccess and <Files> apply.',
  },
  { name: 'headerParser', rule: 'all', about: 'Request headers are examined with all configuration known.' },
  { name: 'accessChecker', rule: 'all', about: 'May this client come in, whoever it is?' },
  {
    name: 'accessCheckerEx',
    rule: 'first',
    about:
      'May it without saying who it is? DECLINED: that depends on the user, and the next two phases run.',
  },
  { name: 'checkUserId', rule: 'first', about: 'Who is it?' },
  { name: 'authChecker', rule: 'first', about: 'May this user do this?' },
  { name: 'typeChecker', rule: 'first', about: 'Content type, encoding, language and handler by name.' },
  {
    name: 'fixups',
    rule: 'all',
    about: 'Last changes before the handler; per-directory rewriting lives here.',
  },
  { name: 'handler', rule: 'first', about: 'The answer is made.' },
  {
    name: 'insertFilter',
    rule: 'all',
    about: 'The answer is known and not yet sent; headers and body may be wrapped.',
  },
  { name: 'logTransaction', rule: 'all', about: 'The answer is sent.' },
];

/** The rule of each phase. */
export const PHASE_RULES: { readonly [phase in PhaseName]: PhaseRule } = Object.fromEntries(
  PHASES.map(({ name, rule }) => [name, rule]),
) as { [phase in PhaseName]: PhaseRule };
