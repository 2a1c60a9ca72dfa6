// The programs of other people that some tests run against: where they are and which version.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync } from 'node:fs';
import { join } from 'node:path';

export type PartName =
  | 'apache2'
  | 'cherrypy'
  | 'chromium'
  | 'curl'
  | 'dokuwiki'
  | 'nginx'
  | 'php'
  | 'php-fpm'
  | 'postgresql'
  | 'python3';

export interface Part {
  readonly name: PartName;
  readonly program: string;
  readonly version: string;
}

interface PartDescription {
  /** The Debian package that brings it. */
  readonly package: string;
  readonly programs: () => string[];
  /** Arguments that make the program tell its version, and where in its output that stands. */
  readonly ask: readonly string[];
  readonly version: RegExp;
}

const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin', '/sbin', '/bin'];

const DESCRIPTIONS: Readonly<Record<PartName, PartDescription>> = {
  apache2: {
    package: 'apache2',
    programs: () => ['apache2', 'httpd'],
    ask: ['-v'],
    version: /Apache\/(\S+)/,
  },
  cherrypy: {
    package: 'python3-cherrypy3',
    programs: () => ['/usr/bin/python3', 'python3'],
    ask: ['-c', 'import cherrypy; print("cherrypy", cherrypy.__version__)'],
    version: /cherrypy (\S+)/,
  },
  chromium: {
    package: 'chromium',
    programs: () => ['chromium', 'chromium-browser', 'google-chrome'],
    ask: ['--version'],
    version: /\b(\d+\.[\d.]+)/,
  },
  curl: { package: 'curl', programs: () => ['curl'], ask: ['--version'], version: /^curl (\S+)/ },
  // No program: what is installed under /usr/share/dokuwiki.
  dokuwiki: {
    package: 'dokuwiki',
    programs: () => ['dpkg-query'],
    ask: ['-W', '-f', '${Status} ${Version}', 'dokuwiki'],
    version: /^install ok installed (\S+)/,
  },
  nginx: { package: 'nginx-light', programs: () => ['nginx'], ask: ['-v'], version: /nginx\/(\S+)/ },
  php: { package: 'php-cli', programs: () => ['php'], ask: ['-v'], version: /^PHP (\S+) \(cli/m },
  'php-fpm': {
    package: 'php-fpm',
    programs: phpFpmPrograms,
    ask: ['-v'],
    version: /^PHP (\S+) \(fpm/m,
  },
  postgresql: {
    package: 'postgresql',
    programs: postgresqlPrograms,
    ask: ['--version'],
    version: /\(PostgreSQL\) (\S+)/,
  },
  python3: {
    package: 'python3',
    programs: () => ['python3'],
    ask: ['--version'],
    version: /^Python (\d\S*)/m,
  },
};

const { PATH: searchPath = '' } = process.env;

const found = new Map<PartName, Part | undefined>();

/** The part, if it is on this machine. */
export function part(name: PartName): Part | undefined {
  if (!found.has(name)) found.set(name, findPart(name));
  return found.get(name);
}

/** The Debian package a part comes with. */
export function packageOf(name: PartName): string {
  return DESCRIPTIONS[name].package;
}

/** The real Apache's program; throws where there is none. */
export function apacheProgram(): string {
  const apache = part('apache2');
  if (apache === undefined) throw new Error('no Apache httpd on this machine (Debian package apache2)');
  return apache.program;
}

function findPart(name: PartName): Part | undefined {
  const { programs, ask, version } = DESCRIPTIONS[name];
  for (const program of programs().flatMap(placesOf)) {
    const told = spawnSync(program, ask, {
      encoding: 'latin1',
      timeout: 20_000,
      env: { PATH: searchPath },
    });
    const match = version.exec(`${told.stdout}${told.stderr}`);
    if (match?.[1] !== undefined) return { name, program, version: match[1] };
  }
  return undefined;
}

function placesOf(program: string): string[] {
  const onPath = searchPath.split(':').filter(Boolean);
  const folders = program.startsWith('/') ? [''] : [...new Set([...onPath, ...SYSTEM_FOLDERS])];
  return folders.map((folder) => join(folder, program)).filter(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** initdb, which Debian keeps out of the search path, a folder for each version; the latest first. */
function postgresqlPrograms(): string[] {
  const folder = '/usr/lib/postgresql';
  try {
    const versions = readdirSync(folder).sort((a, b) => Number(b) - Number(a));
    return [...versions.map((version) => join(folder, version, 'bin/initdb')), 'initdb'];
  } catch {
    return ['initdb'];
  }
}

/** php-fpm, which Debian names after PHP's version; the latest first. */
function phpFpmPrograms(): string[] {
  const folder = '/usr/sbin';
  const names = readdirSync(folder).filter((name) => /^php-fpm[0-9.]+$/.test(name));
  return [
    ...names
      .sort()
      .reverse()
      .map((name) => join(folder, name)),
    'php-fpm',
  ];
}
