// `<App>` and the lines in it: what each may say, and how it becomes the description of an application.

import type { Command, Section } from '../../conf/command.ts';
import type {
  Container,
  ContentRunner,
  Directive,
  DirectiveError,
  DirectiveFault,
} from '../../conf/directive.ts';
import { readWord, splitWords } from '../../conf/words.ts';
import { lowerAscii } from '../../kit/ascii.ts';
import { coreServer } from '../../request/core-config.ts';
import { mainServer, servers } from '../contexts.ts';
import { parseDuration } from '../core/index.ts';
import { type AppDraft, type AppServerConfig, draftOf, finishDraft, openDraft } from './config.ts';
import {
  findShellWord,
  isBad,
  readAddress,
  readCommand,
  readCount,
  readReady,
  readSignal,
  readSize,
} from './values.ts';

type AppCommand = Command<AppServerConfig, unknown>;

const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;

function openApp(cmd: AppCommand, arg: string, content: ContentRunner): DirectiveError | undefined {
  const [word = '', extra] = splitWords(arg).map(({ text }) => text);
  const name = lowerAscii(word);
  if (extra !== undefined || !NAME.test(name)) {
    return {
      message: `<App> needs one name of letters, digits, ".", "_" and "-"${word === '' ? '' : `, not "${arg}"`}`,
      hint: 'Write <App shop>; requests then go to app://shop/.',
    };
  }
  const { dir, draft } = openDraft(name);
  const section: Section = { kind: 'other', context: 'directory', path: name, dir, parent: cmd.section };
  content(section);
  if (draft.command === undefined) {
    // A line that could not be read has been reported.
    if (draft.hasCommandLine) return undefined;
    return {
      message: `<App ${name}> has no AppCommand`,
      why: 'There is nothing that portico could start.',
      hint: 'Add a line such as AppCommand "python3 webserver.py".',
    };
  }
  const fault = checkInstances(draft);
  if (fault !== undefined) return fault;
  const { place } = cmd;
  const waitingPage = draft.waitingPage ?? { kind: 'default' };
  cmd.config.apps.push({ spec: finishDraft(draft, draft.command, cmd.resolve('.')), waitingPage, place });
  return undefined;
}

function checkInstances({ name, instances = 1, address }: AppDraft): DirectiveError | undefined {
  if (instances === 1 || address === undefined || address.kind === 'auto') return undefined;
  return {
    message: `<App ${name}>: AppInstances ${instances} needs AppAddress auto`,
    why: 'Two processes cannot listen at one address.',
    hint: 'Write AppAddress auto, and let the application listen on the port in its variable PORT.',
  };
}

/** A line that changes the draft of its section; `set` answers what is wrong. */
type DraftSetter = (
  draft: AppDraft,
  cmd: AppCommand,
  ...words: (string | undefined)[]
) => DirectiveError | undefined;

type Line = Pick<Directive, 'args' | 'help' | 'default'> & {
  /** A whole line. */
  readonly example: string;
  readonly set: DraftSetter;
};

function line(name: string, { set, example, ...rest }: Line): Directive<AppServerConfig, unknown> {
  const command = name === 'AppCommand' ? '' : 'AppCommand "python3 webserver.py"\n';
  return {
    name,
    contexts: servers,
    within: 'App',
    ...rest,
    example: `<App shop>\n${command}${example}\n</App>`,
    set: (cmd, ...words) => set(draftOf(cmd.section.dir), cmd, ...words),
  };
}

/** The setter of a time; `words` say what else than a time may stand there. */
function time(
  put: (draft: AppDraft, milliseconds: number) => void,
  { least = 1, words = {} }: { least?: number; words?: { readonly [word: string]: number } } = {},
): DraftSetter {
  return (draft, cmd, text = '') => {
    const word = lowerAscii(text);
    const milliseconds = Object.hasOwn(words, word) ? words[word]! : parseDuration(text);
    if (milliseconds === undefined || milliseconds < least || !Number.isSafeInteger(milliseconds)) {
      return {
        message: `${cmd.name} ${text}: not a time`,
        hint: `Write a number with ms, s, min or h: ${cmd.name} 30s.`,
      };
    }
    put(draft, milliseconds);
    return undefined;
  };
}

/** The setter of a word of a few. */
function choice<W extends string>(words: readonly W[], put: (draft: AppDraft, word: W) => void): DraftSetter {
  return (draft, cmd, text = '') => {
    const found = words.find((word) => word === lowerAscii(text));
    if (found === undefined) return `${cmd.name} must be one of: ${words.join(', ')}`;
    put(draft, found);
    return undefined;
  };
}

/** The setter of a whole number. */
function count(least: number, most: number, put: (draft: AppDraft, value: number) => void): DraftSetter {
  return (draft, cmd, text = '') => {
    const value = readCount(text, least, most);
    if (value === undefined) return `${cmd.name} must be a number from ${least} to ${most}`;
    put(draft, value);
    return undefined;
  };
}

/** Words of a line where empty ones count, which Apache's shapes leave out. */
function wordsOf(cmd: AppCommand, text: string): string[] | DirectiveFault {
  const words = splitWords(text);
  const open = words.find((word) => word.open);
  if (open === undefined) return words.map((word) => word.text);
  return { message: `${cmd.name}: a quote is not closed`, offset: open.start };
}

const setCommand: DraftSetter = (draft, cmd, text = '') => {
  draft.hasCommandLine = true;
  const words = wordsOf(cmd, text);
  if (!Array.isArray(words)) return words;
  const command = readCommand(words);
  if (command.length === 0 || command[0] === '') {
    return { message: 'AppCommand needs a program', hint: 'Write AppCommand "python3 webserver.py".' };
  }
  const shell = findShellWord(command);
  if (shell !== undefined) {
    cmd.warn(`AppCommand: "${shell}" is an argument of ${command[0]}, as no shell reads the line`, {
      hint: `Where a shell is meant, name it: AppCommand /bin/sh -c "exec ...".`,
    });
  }
  draft.command = command;
  return undefined;
};

const setDirectory: DraftSetter = (draft, cmd, path = '') => {
  const directory = cmd.resolve(path);
  if (cmd.io.stat(directory)?.kind !== 'directory') {
    return {
      message: `AppDirectory ${directory} is not a directory`,
      why: 'The application is started there.',
    };
  }
  draft.directory = directory;
  return undefined;
};

const setAddress: DraftSetter = (draft, cmd, text = '') => {
  const address = readAddress(text, (path) => cmd.resolve(path));
  if (isBad(address)) return address;
  draft.address = address;
  return undefined;
};

const setReady: DraftSetter = (draft, _cmd, text = '') => {
  const ready = readReady(text);
  if (isBad(ready)) return ready;
  draft.probe = ready.probe;
  draft.readyTimeout = ready.timeout;
  return undefined;
};

const setWaitingPage: DraftSetter = (draft, cmd, text = '') => {
  const word = lowerAscii(text);
  if (word === 'default' || word === 'off') {
    draft.waitingPage = { kind: word };
    return undefined;
  }
  const path = cmd.resolve(text);
  if (cmd.io.stat(path)?.kind !== 'file') {
    return {
      message: `AppWaitingPage ${path} is not a file`,
      hint: 'Write default, off, or the path of an HTML file.',
    };
  }
  draft.waitingPage = { kind: 'file', path };
  return undefined;
};

const setRestart: DraftSetter = (draft, cmd, word = '', limit?: string) => {
  const kinds = ['on-failure', 'always', 'never'] as const;
  const restart = kinds.find((kind) => kind === lowerAscii(word));
  if (restart === undefined) return `AppRestart must be one of: ${kinds.join(', ')}`;
  const most = limit === undefined ? undefined : readCount(limit, 1, 1_000_000);
  if (limit !== undefined && most === undefined)
    return `${cmd.name} ${word}: the number of failures in a row must be 1 or more`;
  draft.restart = restart;
  draft.restartLimit = most;
  return undefined;
};

const setEnv: DraftSetter = (draft, cmd, text = '') => {
  const words = wordsOf(cmd, text);
  if (!Array.isArray(words)) return words;
  const [first = '', second, extra] = words;
  if (extra !== undefined)
    return { message: 'AppEnv takes one name and one value', hint: 'Put a value with blanks in quotes.' };
  const equals = second === undefined ? first.indexOf('=') : -1;
  const name = equals < 0 ? first : first.slice(0, equals);
  const value = equals < 0 ? second : first.slice(equals + 1);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    return { message: `AppEnv: "${name}" is not the name of a variable`, hint: 'Write AppEnv NAME value.' };
  if (value === undefined)
    return { message: `AppEnv ${name} has no value`, hint: `Write AppEnv ${name} "" for an empty one.` };
  if (name === 'PORT') {
    return {
      message: 'AppEnv: PORT is the port that portico gives to the application',
      hint: 'Choose the port with AppAddress http://127.0.0.1:8000.',
    };
  }
  draft.env.set(name, value);
  return undefined;
};

const setUser: DraftSetter = (draft, _cmd, name = '') => {
  if (!/^(?:#[0-9]{1,9}|[A-Za-z_][A-Za-z0-9._-]*\$?)$/.test(name))
    return `AppUser ${name}: not the name of a user, nor #number`;
  draft.user = name;
  return undefined;
};

const LIMITS = {
  memory: { key: 'memory', read: readSize },
  files: { key: 'openFiles', read: (text: string) => readCount(text, 16, 1_000_000_000) },
  processes: { key: 'processes', read: (text: string) => readCount(text, 1, 1_000_000_000) },
} as const;

const setLimit: DraftSetter = (draft, _cmd, what = '', text = '') => {
  const name = lowerAscii(what);
  if (!Object.hasOwn(LIMITS, name)) return `AppLimit must be one of: ${Object.keys(LIMITS).join(', ')}`;
  const { key, read } = LIMITS[name as keyof typeof LIMITS];
  const value = read(text);
  if (value === undefined)
    return {
      message: `AppLimit ${what} ${text}: not a limit`,
      hint: 'Write AppLimit memory 512M or AppLimit files 1024.',
    };
  draft.limits = { ...draft.limits, [key]: value };
  return undefined;
};

const setLog: DraftSetter = (draft, cmd, target = '') => {
  draft.log = target.startsWith('|') || target === 'stderr' ? target : cmd.resolve(target);
  return undefined;
};

const setStopSignal: DraftSetter = (draft, _cmd, name = '') => {
  const signal = readSignal(name);
  if (signal === undefined)
    return `AppStopSignal ${name}: write TERM, INT, QUIT, HUP, USR1, USR2, WINCH or KILL`;
  draft.stopSignal = signal;
  return undefined;
};

export const appDirectives: readonly (
  | Directive<AppServerConfig, unknown>
  | Container<AppServerConfig, unknown>
)[] = [
  {
    name: 'App',
    contexts: servers,
    isClosed: true,
    help: 'An application that portico starts itself; requests reach it as app://NAME/',
    example: '<App shop>\nAppCommand "python3 webserver.py"\n</App>',
    open: (cmd, arg, content) => openApp(cmd, readWord(arg) === undefined ? '' : arg, content),
  },
  {
    name: 'AppControl',
    args: 'take1',
    contexts: mainServer,
    default: 'AppControl (beside the PidFile, or in a folder of the user)',
    help: 'The socket over which the command portico apps asks this server, or off',
    example: 'AppControl /run/portico.control',
    set(cmd, path = '') {
      coreServer(cmd.server).controlSocket = lowerAscii(path) === 'off' ? 'off' : cmd.resolve(path);
      return undefined;
    },
  },
  line('AppCommand', {
    args: 'raw',
    help: 'Program and arguments, started without a shell; $PORT is the port that the application shall listen on',
    example: 'AppCommand "python3 webserver.py --port $PORT"',
    set: setCommand,
  }),
  line('AppDirectory', {
    args: 'take1',
    default: 'AppDirectory (ServerRoot)',
    help: 'The directory that the application is started in',
    example: 'AppDirectory "/srv"',
    set: setDirectory,
  }),
  line('AppAddress', {
    args: 'take1',
    default: 'AppAddress auto',
    help: 'Where the application listens: an address of loopback, a unix socket, or auto for a free port in its variable PORT',
    example: 'AppAddress http://127.0.0.1:8000',
    set: setAddress,
  }),
  line('AppStart', {
    args: 'take1',
    default: 'AppStart on-demand',
    help: 'When the application is started: by the first request, with the server (boot), or by a command only (manual)',
    example: 'AppStart boot',
    set: choice(['on-demand', 'boot', 'manual'], (draft, word) => {
      draft.start = word;
    }),
  }),
  line('AppReady', {
    args: 'raw',
    default: 'AppReady tcp 30s',
    help: 'What proves that the application can answer (tcp, http:/path or stdout:"text"), and how long it may take',
    example: 'AppReady http:/healthz 30s',
    set: setReady,
  }),
  line('AppHold', {
    args: 'take1',
    default: 'AppHold 10s',
    help: 'How long requests wait for the application to become ready before they are answered 503',
    example: 'AppHold 20s',
    set: time(
      (draft, milliseconds) => {
        draft.hold = milliseconds;
      },
      { least: 0 },
    ),
  }),
  line('AppQueue', {
    args: 'take1',
    default: 'AppQueue 100',
    help: 'How many requests wait at once; more are answered 503',
    example: 'AppQueue 20',
    set: count(0, 1_000_000, (draft, value) => {
      draft.queue = value;
    }),
  }),
  line('AppWaitingPage', {
    args: 'take1',
    default: 'AppWaitingPage default',
    help: 'What browsers are shown while the application starts: the default page, an HTML file, or off to let them wait',
    example: 'AppWaitingPage default',
    set: setWaitingPage,
  }),
  line('AppIdleStop', {
    args: 'take1',
    default: 'AppIdleStop never',
    help: 'The application is stopped after so long without a request; the next one starts it again',
    example: 'AppIdleStop 15min',
    set: time(
      (draft, milliseconds) => {
        draft.idleStop = milliseconds === Number.MAX_SAFE_INTEGER ? undefined : milliseconds;
      },
      { words: { never: Number.MAX_SAFE_INTEGER, off: Number.MAX_SAFE_INTEGER } },
    ),
  }),
  line('AppRestart', {
    args: 'take12',
    default: 'AppRestart on-failure 10',
    help: 'Whether the application is started again when it ends by itself, and after how many failures in a row no more',
    example: 'AppRestart on-failure 5',
    set: setRestart,
  }),
  line('AppInstances', {
    args: 'take1',
    default: 'AppInstances 1',
    help: 'How many processes of the application run side by side; more than one needs AppAddress auto',
    example: 'AppInstances 2',
    set: count(1, 64, (draft, value) => {
      draft.instances = value;
    }),
  }),
  line('AppEnv', {
    args: 'raw',
    help: "A variable for the application's environment, beside those of portico",
    example: 'AppEnv NODE_ENV production',
    set: setEnv,
  }),
  line('AppUser', {
    args: 'take1',
    help: 'The user whom the application runs as, a name or #number; portico must be root for that',
    example: 'AppUser www-data',
    set: setUser,
  }),
  line('AppLimit', {
    args: 'take2',
    help: 'What a process of the application may take at most: memory, files (open at once) or processes',
    example: 'AppLimit memory 512M',
    set: setLimit,
  }),
  line('AppLog', {
    args: 'take1',
    default: 'AppLog (the error log)',
    help: 'Where the lines that the application prints go: a file, a |program or stderr',
    example: 'AppLog logs/shop.log',
    set: setLog,
  }),
  line('AppStopSignal', {
    args: 'take1',
    default: 'AppStopSignal TERM',
    help: 'The signal that asks the application to end',
    example: 'AppStopSignal INT',
    set: setStopSignal,
  }),
  line('AppStopTimeout', {
    args: 'take1',
    default: 'AppStopTimeout 10s',
    help: 'How long the application may take to end behind the signal before it is killed',
    example: 'AppStopTimeout 30s',
    set: time((draft, milliseconds) => {
      draft.stopTimeout = milliseconds;
    }),
  }),
  line('AppDrainTimeout', {
    args: 'take1',
    default: 'AppDrainTimeout 30s',
    help: 'How long requests under way may go on in a process that is replaced by another or stopped',
    example: 'AppDrainTimeout 1min',
    set: time((draft, milliseconds) => {
      draft.drainTimeout = milliseconds;
    }),
  }),
];
