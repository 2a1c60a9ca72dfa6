// What a rule does besides substituting: environment, cookies, content type and handler.

import { lowerAscii } from '../kit/ascii.ts';
import type { Waiting } from '../kit/wait.ts';
import { readCookie } from './cookie.ts';
import { expand } from './expand.ts';
import type { Pass } from './pass.ts';
import type { Rule } from './rule.ts';

/** [E] and [CO], done for every rule that matched. */
export function* setEnvAndCookies(rule: Rule, pass: Pass): Waiting<void> {
  for (const template of rule.flags.env) changeEnv(yield* expand(template, pass), pass);
  for (const template of rule.flags.cookies) setCookie(yield* expand(template, pass), pass);
}

function changeEnv(text: string, pass: Pass): void {
  if (text.startsWith('!')) {
    const name = text.slice(1);
    if (pass.traceLevel >= 5) pass.trace('unsetEnv', name);
    pass.host.unsetEnv(name);
    return;
  }
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  const value = colon < 0 ? '' : text.slice(colon + 1);
  pass.host.setEnv(name, value);
  if (pass.traceLevel >= 5) pass.trace('setEnv', name, value);
}

function setCookie(text: string, pass: Pass): void {
  const cookie = readCookie(text, pass.host.now());
  if (!cookie) return;
  if (pass.host.hasCookie(cookie.name)) {
    if (pass.traceLevel >= 5) pass.trace('skipCookie', cookie.name);
    return;
  }
  pass.host.addCookie(cookie.name, cookie.line);
  if (pass.traceLevel >= 5) pass.trace('setCookie', cookie.line);
}

/** [T] and [H], remembered for the phase that sets content types. */
export function* rememberTypeAndHandler(rule: Rule, pass: Pass): Waiting<void> {
  const { type, handler, backrefEscape } = rule.flags;
  if (type) {
    const text = lowerAscii(yield* expand(type, pass, backrefEscape));
    if (text !== '') {
      pass.type = text;
      if (pass.traceLevel >= 2) pass.trace('rememberType', pass.filename, text);
    }
  }
  if (handler) {
    const text = lowerAscii(yield* expand(handler, pass, backrefEscape));
    if (text !== '') {
      pass.handler = text;
      if (pass.traceLevel >= 2) pass.trace('rememberHandler', pass.filename, text);
    }
  }
}
