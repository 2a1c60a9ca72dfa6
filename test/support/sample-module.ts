// A module for tests of reading: one directive per argument shape, and values that show what was merged with what.

import type { Command } from '../../src/conf/command.ts';
import type { ConfModule } from '../../src/conf/module.ts';

type Words = readonly string[];
type SampleCommand = Command<string[], string[]>;

const everywhere = ['server config', 'virtual host', 'directory', '.htaccess'] as const;
const inServer = ['server config', 'virtual host'] as const;

function noteInDir(cmd: SampleCommand, ...words: (string | undefined)[]): undefined {
  cmd.dir.push([cmd.name, ...words.map((word) => word ?? '-')].join(' '));
}

function noteInServer(cmd: SampleCommand, ...words: (string | undefined)[]): undefined {
  cmd.config.push([cmd.name, ...words.map((word) => word ?? '-')].join(' '));
}

const common = { contexts: everywhere, override: 'FileInfo', help: 'a help text', example: '' } as const;

/** Values are lists of what was set; merging joins them, outer first. */
export function sampleModule(slot = 0): ConfModule<string[], string[]> {
  const join = (base: Words, add: Words): string[] => [...base, ...add];
  return {
    name: 'sample',
    builtIn: true,
    slot,
    serverConfig: { create: () => [], merge: join },
    dirConfig: { create: () => [], merge: join },
    directives: [
      { ...common, name: 'Note', args: 'takeArgv', set: noteInDir },
      { ...common, name: 'None', args: 'none', set: noteInDir },
      { ...common, name: 'Flag', args: 'flag', set: noteInDir },
      { ...common, name: 'One', args: 'take1', set: noteInDir },
      { ...common, name: 'OneOrTwo', args: 'take12', set: noteInDir },
      { ...common, name: 'Each', args: 'iterate', set: noteInDir },
      { ...common, name: 'Raw', args: 'raw', set: noteInDir },
      { ...common, name: 'Options', args: 'takeArgv', override: 'Options', set: setOptions },
      {
        ...common,
        name: 'Require',
        args: 'raw',
        contexts: ['directory', '.htaccess'],
        override: 'AuthConfig',
        set: noteInDir,
      },
      {
        ...common,
        name: 'Fails',
        args: 'takeArgv',
        set: () => ({ message: 'Fails always', hint: 'leave it out', offset: 2 }),
      },
      {
        ...common,
        name: 'Warns',
        args: 'none',
        set: (cmd) => cmd.warn('careful', { code: 'sample/careful' }) as undefined,
      },
      { ...common, name: 'ServerNote', contexts: inServer, args: 'take1', set: noteInServer },
      { ...common, name: 'MainOnly', contexts: ['server config'], args: 'take1', set: noteInServer },
      { ...common, name: 'VhostOnly', contexts: ['virtual host'], args: 'take1', set: noteInServer },
      { ...common, name: 'SectionOnly', contexts: ['directory'], args: 'take1', set: noteInDir },
      {
        ...common,
        name: 'Limit',
        override: ['AuthConfig', 'Limit'],
        contexts: ['directory', '.htaccess'],
        open: (_cmd, _arg, content) => content() as undefined,
      },
    ],
  };
}

function setOptions(cmd: SampleCommand, ...words: (string | undefined)[]): string | undefined {
  const refused = words.find(
    (word) => cmd.allowedOptions && !cmd.allowedOptions.includes(word!.toLowerCase()),
  );
  if (refused !== undefined) return `Option ${refused} not allowed here`;
  return noteInDir(cmd, ...words);
}

/** A module with one directive, named after the module; on only when it is loaded. */
export function loadableModule(
  name: string,
  directive: string,
  slot: number,
): ConfModule<string[], string[]> {
  const { serverConfig, dirConfig } = sampleModule();
  return {
    name,
    slot,
    ...(serverConfig ? { serverConfig } : {}),
    ...(dirConfig ? { dirConfig } : {}),
    directives: [{ ...common, name: directive, args: 'raw', set: noteInDir }],
  };
}
