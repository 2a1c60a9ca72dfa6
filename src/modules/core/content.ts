// What is said of content whatever its name: ForceType, SetHandler, path info, ETags, the default charset.

import type { Command } from '../../conf/command.ts';
import type { Directive, DirectiveError } from '../../conf/directive.ts';
import { equalsIgnoreCase, lowerAscii } from '../../kit/ascii.ts';
import { compileExpr, ExprSyntaxError } from '../../kit/expr/index.ts';
import type { CoreDirConfig, CoreServerConfig } from '../../request/core-config.ts';
import { everywhere, sections } from '../contexts.ts';
import { fileEtagDirective } from './file-etag.ts';
import type { HandlerSetting } from './overrides.ts';

type CoreCommand = Command<CoreServerConfig, CoreDirConfig>;
type CoreDirective = Directive<CoreServerConfig, CoreDirConfig>;

/** A handler with `%{` in it is an expression, asked for each request. */
function setHandler(cmd: CoreCommand, handler: string): DirectiveError | undefined {
  const dir: HandlerSetting = cmd.dir;
  dir.setHandler = handler;
  dir.handlerExpr = undefined;
  if (!handler.includes('%{')) return undefined;
  try {
    dir.handlerExpr = compileExpr(handler, {
      kind: 'string',
      restricted: cmd.section.context === '.htaccess',
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof ExprSyntaxError)) throw error;
    return { message: `Can't parse expression : ${error.message}`, code: 'conf/bad-expression' };
  }
}

export const contentDirectives: readonly CoreDirective[] = [
  {
    name: 'CGIVar',
    args: 'take2',
    contexts: everywhere,
    override: 'FileInfo',
    default: 'REQUEST_URI original-uri',
    help: 'Controls how some CGI variables are set',
    example: 'CGIVar REQUEST_URI current-uri',
    set(cmd, variable = '', word = '') {
      const rule = lowerAscii(word);
      if (variable !== 'REQUEST_URI') return `Unrecognized CGI variable: "${variable}"`;
      if (rule !== 'current-uri' && rule !== 'original-uri')
        return "Valid rules for REQUEST_URI are 'current-uri' and 'original-uri'";
      cmd.dir.cgiCurrentUri = rule === 'current-uri';
      return undefined;
    },
  },
  {
    name: 'QualifyRedirectURL',
    args: 'flag',
    contexts: everywhere,
    override: 'FileInfo',
    default: 'Off',
    help: 'Controls whether the REDIRECT_URL environment variable is fully qualified',
    example: 'QualifyRedirectURL On',
    set(cmd, value) {
      cmd.dir.qualifyRedirectUrl = value === 'on';
      return undefined;
    },
  },
  {
    name: 'ForceType',
    args: 'take1',
    contexts: everywhere,
    override: 'FileInfo',
    help: 'a mime type that overrides other configured type',
    example: 'ForceType image/gif',
    set(cmd, type = '') {
      cmd.dir.forceType = lowerAscii(type);
      return undefined;
    },
  },
  {
    name: 'SetHandler',
    args: 'take1',
    contexts: everywhere,
    override: 'FileInfo',
    help: 'a handler name that overrides any other configured handler',
    example: 'SetHandler cgi-script',
    set: (cmd, handler = '') => setHandler(cmd, handler),
  },
  {
    name: 'SetOutputFilter',
    args: 'take1',
    contexts: everywhere,
    override: 'FileInfo',
    help: 'filter (or ; delimited list of filters) to be run on the request content',
    example: 'SetOutputFilter DEFLATE',
    set(cmd, names) {
      if (names !== undefined) cmd.dir.outputFilters = names;
      return undefined;
    },
  },
  {
    name: 'SetInputFilter',
    args: 'take1',
    contexts: everywhere,
    override: 'FileInfo',
    help: 'filter (or ; delimited list of filters) to be run on the request body',
    example: 'SetInputFilter DEFLATE',
    set(cmd, names) {
      if (names !== undefined) cmd.dir.inputFilters = names;
      return undefined;
    },
  },
  {
    name: 'AcceptPathInfo',
    args: 'take1',
    contexts: everywhere,
    override: 'FileInfo',
    default: 'Default',
    help: 'Set to on or off for PATH_INFO to be accepted by handlers, or default for the per-handler preference',
    example: 'AcceptPathInfo On',
    set(cmd, arg = '') {
      const value = lowerAscii(arg);
      if (value !== 'on' && value !== 'off' && value !== 'default')
        return 'AcceptPathInfo must be set to on, off or default';
      cmd.dir.acceptPathInfo = value;
      return undefined;
    },
  },
  fileEtagDirective,
  {
    name: 'AddDefaultCharset',
    args: 'take1',
    contexts: everywhere,
    override: 'FileInfo',
    default: 'Off',
    help: "The name of the default charset to add to any Content-Type without one or 'Off' to disable",
    example: 'AddDefaultCharset utf-8',
    set(cmd, charset = '') {
      if (equalsIgnoreCase(charset, 'off')) cmd.dir.addDefaultCharset = false;
      else cmd.dir.addDefaultCharset = equalsIgnoreCase(charset, 'on') ? 'iso-8859-1' : charset;
      return undefined;
    },
  },
  {
    name: 'CGIPassAuth',
    args: 'flag',
    contexts: sections,
    override: 'AuthConfig',
    default: 'Off',
    help: 'Controls whether HTTP authorization headers, normally hidden, will be passed to scripts',
    example: 'CGIPassAuth On',
    set(cmd, value) {
      cmd.dir.cgiPassAuth = value === 'on';
      return undefined;
    },
  },
];
