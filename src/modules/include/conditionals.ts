// if, elif, else and endif. Conditions are Apache's expressions, or those of Apache 2.2.

import {
  compileExpr,
  ExprError,
  type ExprHost,
  ExprSyntaxError,
  runCondition,
} from '../../kit/expr/index.ts';
import { settle } from '../../kit/wait.ts';
import { exprHost } from '../../request/expr-host.ts';
import type { Document } from './document.ts';
import { evaluateLegacy, LegacyError } from './legacy-expression.ts';
import type { Element } from './parser.ts';

/** Whether a condition holds; undefined, and logged, where it cannot be told. */
async function holds(doc: Document, text: string): Promise<boolean | undefined> {
  return doc.hasLegacyExpressions ? holdsLegacy(doc, text) : holdsExpression(doc, text);
}

async function holdsLegacy(doc: Document, text: string): Promise<boolean | undefined> {
  try {
    return await evaluateLegacy(text, {
      expand: (word) => doc.expand(word),
      isAccessible: async (uri) => (await doc.x.site.lookupUri(doc.x, uri)).status < 400,
      matched: (groups, source) => {
        doc.variables.captures = groups && { groups, source };
      },
    });
  } catch (error) {
    if (!(error instanceof LegacyError)) throw error;
    doc.log('error', `${error.message} in file %FILE%`);
    return undefined;
  }
}

/** Apache: `v`, `reqenv` and `env` read the document's variables, `env` also notes and the server's own environment. */
function documentHost(doc: Document): ExprHost {
  const { x, variables } = doc;
  const host = exprHost(x);
  host.documentVariable = (name) => variables.get(name);
  host.env = (name) => x.note(name) ?? variables.get(name) ?? x.site.io.env(name);
  return host;
}

async function holdsExpression(doc: Document, text: string): Promise<boolean | undefined> {
  const { variables } = doc;
  const captures = { groups: variables.expressionGroups };
  try {
    const expr = compileExpr(text, { kind: 'condition', restricted: true, document: true });
    const value = await settle(runCondition(expr, documentHost(doc), captures));
    if (captures.groups !== variables.expressionGroups) {
      variables.expressionGroups = captures.groups;
      // Apache: of an expression's groups elements see only the whole match.
      variables.captures = { groups: captures.groups.slice(0, 1), source: text };
    }
    return value;
  } catch (error) {
    if (error instanceof ExprSyntaxError)
      doc.log('error', `AH01337: Could not parse expr "${text}" in %FILE%: ${error.message}`);
    else if (error instanceof ExprError)
      doc.log('error', `AH01338: Could not evaluate expr "${text}" in %FILE%: ${error.message}`);
    else throw error;
    return undefined;
  }
}

interface ConditionalCodes {
  readonly many: string;
  readonly none: string;
  readonly unknown: string;
  readonly noValue: string;
}

const IF_CODES: ConditionalCodes = {
  many: 'AH01352: too many arguments for if element',
  none: 'AH01353: missing expr argument for if element',
  unknown: 'AH01354',
  noValue: 'AH01355: missing expr value for if element in %FILE%',
};

const ELIF_CODES: ConditionalCodes = {
  many: 'AH01356: too many arguments for if element',
  none: 'AH01357: missing expr argument for if element',
  unknown: 'AH01358',
  noValue: 'AH01359: missing expr in elif statement: %FILE%',
};

/** The one argument, or what is wrong with it. */
function readCondition(
  { args }: Element,
  codes: ConditionalCodes,
): { readonly text: string } | { readonly complaint: string } {
  const argument = args[0]!;
  if (argument.name !== 'expr')
    return { complaint: `${codes.unknown}: unknown parameter "${argument.name}" to tag if in %FILE%` };
  return argument.value === undefined ? { complaint: codes.noValue } : { text: argument.value };
}

/** No branch of a conditional with a mistake is shown. */
async function giveUp(doc: Document): Promise<void> {
  await doc.output.write(doc.errorText);
  doc.isShown = false;
  doc.isDecided = true;
}

function decide(doc: Document, value: boolean): void {
  doc.isShown = value;
  doc.isDecided = value;
}

export async function runIf(doc: Document, element: Element): Promise<void> {
  const count = element.args.length;
  const level = doc.isShown ? 'error' : 'warn';
  if (count !== 1) doc.log(level, `${count > 0 ? IF_CODES.many : IF_CODES.none} in %FILE%`);
  if (!doc.isShown) {
    doc.hiddenDepth++;
    return;
  }
  if (count !== 1) return giveUp(doc);
  const condition = readCondition(element, IF_CODES);
  if ('complaint' in condition) {
    doc.log('error', condition.complaint);
    return giveUp(doc);
  }
  const value = await holds(doc, condition.text);
  if (value === undefined) return giveUp(doc);
  decide(doc, value);
}

export async function runElif(doc: Document, element: Element): Promise<void> {
  const count = element.args.length;
  const level = doc.hiddenDepth === 0 ? 'error' : 'warn';
  if (count !== 1) doc.log(level, `${count > 0 ? ELIF_CODES.many : ELIF_CODES.none} in %FILE%`);
  if (doc.hiddenDepth > 0) return;
  if (count !== 1) return giveUp(doc);
  const condition = readCondition(element, ELIF_CODES);
  if ('complaint' in condition) {
    doc.log('error', condition.complaint);
    return giveUp(doc);
  }
  if (doc.isDecided) {
    doc.isShown = false;
    return;
  }
  const value = await holds(doc, condition.text);
  if (value === undefined) return giveUp(doc);
  decide(doc, value);
}

export async function runElse(doc: Document, { args }: Element): Promise<void> {
  const level = doc.hiddenDepth === 0 ? 'error' : 'warn';
  if (args.length > 0) doc.log(level, 'AH01360: else directive does not take tags in %FILE%');
  if (doc.hiddenDepth > 0) return;
  if (args.length > 0) {
    if (doc.isShown) await doc.output.write(doc.errorText);
    return;
  }
  if (doc.isDecided) doc.isShown = false;
  else decide(doc, true);
}

export async function runEndif(doc: Document, { args }: Element): Promise<void> {
  const level = doc.hiddenDepth === 0 ? 'error' : 'warn';
  if (args.length > 0) doc.log(level, 'AH01361: endif directive does not take tags in %FILE%');
  if (doc.hiddenDepth > 0) {
    doc.hiddenDepth--;
    return;
  }
  if (args.length > 0) return doc.output.write(doc.errorText);
  decide(doc, true);
}
