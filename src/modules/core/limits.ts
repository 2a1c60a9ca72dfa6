// How much a client may send, and how often a request may be redirected inside.

import type { Directive } from '../../conf/directive.ts';
import type { CoreDirConfig, CoreServerConfig } from '../../request/core-config.ts';
import { everywhere, servers } from '../contexts.ts';
import { leadingInteger } from './numbers.ts';

type CoreDirective = Directive<CoreServerConfig, CoreDirConfig>;

/** A size in bytes of LimitRequestBody and LimitXMLRequestBody, or what is wrong with it. */
function readBodyLimit(name: string, arg: string): number | string {
  if (!/^[0-9]+$/.test(arg)) return `${name} requires a non-negative integer.`;
  const limit = Number(arg);
  return Number.isSafeInteger(limit) ? limit : `${name} argument is not parsable.`;
}

export const limitDirectives: readonly CoreDirective[] = [
  {
    name: 'LimitRequestLine',
    args: 'take1',
    contexts: servers,
    default: '8190',
    help: 'Limit on maximum size of an HTTP request line',
    example: 'LimitRequestLine 4094',
    set(cmd, arg = '') {
      const limit = leadingInteger(arg);
      if (limit < 0) return `LimitRequestLine "${arg}" must be a non-negative integer`;
      cmd.config.limitRequestLine = limit;
      return undefined;
    },
  },
  {
    name: 'LimitRequestFieldSize',
    args: 'take1',
    contexts: servers,
    default: '8190',
    help: 'Limit on maximum size of an HTTP request header field',
    example: 'LimitRequestFieldSize 4094',
    set(cmd, arg = '') {
      const limit = leadingInteger(arg);
      if (limit < 0) return `LimitRequestFieldsize "${arg}" must be a non-negative integer`;
      cmd.config.limitRequestFieldSize = limit;
      return undefined;
    },
  },
  {
    name: 'LimitRequestFields',
    args: 'take1',
    contexts: servers,
    default: '100',
    help: 'Limit (0 = unlimited) on max number of header fields in a request message',
    example: 'LimitRequestFields 50',
    set(cmd, arg = '') {
      const limit = leadingInteger(arg);
      if (limit < 0) return `LimitRequestFields "${arg}" must be a non-negative integer (0 = no limit)`;
      cmd.config.limitRequestFields = limit;
      return undefined;
    },
  },
  {
    name: 'LimitRequestBody',
    args: 'take1',
    contexts: everywhere,
    override: 'All',
    default: '1073741824',
    help: 'Limit (in bytes) on maximum size of request message body',
    example: 'LimitRequestBody 102400',
    set(cmd, arg = '') {
      const limit = readBodyLimit('LimitRequestBody', arg);
      if (typeof limit === 'string') return limit;
      cmd.dir.limitRequestBody = limit;
      return undefined;
    },
  },
  {
    name: 'LimitXMLRequestBody',
    args: 'take1',
    contexts: everywhere,
    override: 'All',
    default: '1000000',
    noEffect: 'only WebDAV reads such bodies, which portico does not have',
    help: 'Limit (in bytes) on maximum size of an XML-based request body',
    example: 'LimitXMLRequestBody 1000000',
    set(_cmd, arg = '') {
      const limit = readBodyLimit('LimitXMLRequestBody', arg);
      return typeof limit === 'string' ? limit : undefined;
    },
  },
  {
    name: 'LimitInternalRecursion',
    args: 'take12',
    contexts: servers,
    default: '10',
    help: 'maximum recursion depth of internal redirects and subrequests',
    example: 'LimitInternalRecursion 5',
    set(cmd, redirects = '', subrequests = redirects) {
      const [redirectLimit, subrequestLimit] = [leadingInteger(redirects), leadingInteger(subrequests)];
      if (redirectLimit <= 0 || subrequestLimit <= 0) return 'The recursion limit must be greater than zero.';
      Object.assign(cmd.config, { redirectLimit, subrequestLimit });
      return undefined;
    },
  },
];
