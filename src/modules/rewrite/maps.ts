// Where RewriteMap values come from: opens what the second and third argument of the directive describe.

import type { Command } from '../../conf/command.ts';
import { splitProgramWords } from '../../kit/program-words.ts';
import {
  internalMap,
  type MapLocation,
  type RewriteMap,
  type RewriteProblem,
  readMapLocation,
} from '../../rules/index.ts';
import { prepareStatement } from '../dbd/index.ts';
import { dbmType, dbmTypeNames } from './dbm/index.ts';
import { dbmFormat, FileMap, type MapFormat, textFormat } from './map-file.ts';
import { MapProgram } from './map-program.ts';
import { KeptMap, SqlMap } from './map-sql.ts';

/** The words of a RewriteMap line. */
export interface MapLine {
  readonly name: string;
  readonly location: string;
  /** `user[:group]`; programs only. */
  readonly user: string | undefined;
}

/** Opens the map that a RewriteMap line describes; files are looked for now, read on first use. */
export function openMap(cmd: Command, line: MapLine): RewriteMap | RewriteProblem {
  if (/^dbm=[^:]*$/i.test(line.location))
    return {
      error: `RewriteMap: bad map:${line.location}`,
      offset: 0,
      hint: 'a type ends with a colon: dbm=sdbm:/path',
    };
  const location = readMapLocation(line.location);
  switch (location.kind) {
    case 'int':
      return internalMap(location.argument);
    case 'txt':
    case 'rnd':
      return openFiles(cmd, line, location, textFormat(cmd.resolve(location.argument)));
    case 'dbm':
      return openDbm(cmd, line, location);
    case 'prg':
      return openProgram(cmd, line, location);
    case 'dbd':
    case 'fastdbd':
      return openSql(cmd, line, location);
  }
}

function missing({ name }: MapLine, path: string): RewriteProblem {
  return { error: `RewriteMap: file for map ${name} not found:${path}`, offset: 0 };
}

function openFiles(
  cmd: Command,
  line: MapLine,
  { kind }: MapLocation,
  format: MapFormat,
): RewriteMap | RewriteProblem {
  // Of several files Apache looks for the first now, for the others when a key is looked up.
  const [first = ''] = format.files;
  return cmd.io.stat(first) === undefined
    ? missing(line, first)
    : { kind, source: new FileMap(format, cmd.io) };
}

function openDbm(cmd: Command, line: MapLine, location: MapLocation): RewriteMap | RewriteProblem {
  const { dbmType: name = 'default', argument } = location;
  const type = dbmType(name);
  if (type !== undefined) return openFiles(cmd, line, location, dbmFormat(cmd.resolve(argument), type));
  return {
    error: `RewriteMap: dbm type ${name} is invalid`,
    offset: 0,
    hint: `the types are ${dbmTypeNames.join(', ')}, and default, which is DB`,
  };
}

function openProgram(cmd: Command, line: MapLine, location: MapLocation): RewriteMap | RewriteProblem {
  const [program = '', ...words] = splitProgramWords(location.argument);
  const path = cmd.resolve(program);
  if (cmd.io.stat(path) === undefined) return missing(line, path);
  return { kind: location.kind, source: new MapProgram({ path, words, user: line.user }) };
}

function openSql(cmd: Command, { name }: MapLine, location: MapLocation): RewriteMap | RewriteProblem {
  if (!cmd.hasModule('dbd_module'))
    return {
      error: 'RewriteMap types dbd and fastdbd require mod_dbd!',
      offset: 0,
      hint: 'add LoadModule dbd_module modules/mod_dbd.so',
    };
  prepareStatement(cmd, name, location.argument);
  const source = new SqlMap(name, cmd.server);
  return { kind: location.kind, source: location.kind === 'dbd' ? source : new KeptMap(source) };
}
