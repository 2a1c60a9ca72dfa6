// What a directive that acts while reading may look at and change.

import type { Diagnostic } from '../kit/diagnostic.ts';
import type { Place } from '../kit/place.ts';
import type { ConfCode } from './codes.ts';
import type { Defines } from './defines.ts';
import type { ConfIo } from './io.ts';
import type { LogicalLine } from './lexer.ts';
import type { LoadedModules } from './loaded.ts';
import type { Macro } from './macro.ts';
import type { Source } from './source.ts';
import type { DirectiveNode } from './tree.ts';

export interface ReadState {
  readonly io: ConfIo;
  readonly loaded: LoadedModules;
  readonly defines: Defines;
  readonly macros: Map<string, Macro>;
  serverRoot: string;
  sawLoadModule: boolean;
  /** LoadModule lines of modules that are not Apache's own are passed over. */
  readonly skipsUnknownModules: boolean;
  /** Reads one file in the place of the Include line `from`; answers why it cannot be opened. */
  readFile(path: string, from?: Place): FileFault | undefined;
  /** Reads the text of a macro's use; `name` tells it from others in `isReading`. False: there was too much already. */
  readExpansion(source: Source, name: string): boolean;
  isReading(name: string): boolean;
  /** Adds a directive that later layers or a printed configuration need. */
  keep(node: DirectiveNode): void;
  report(code: ConfCode, message: string, line: LogicalLine, more?: Partial<Diagnostic>): void;
}

/** Why a file cannot be read; `missing` where IncludeOptional passes over it. */
export interface FileFault {
  readonly code: ConfCode;
  readonly message: string;
  readonly missing: boolean;
}
