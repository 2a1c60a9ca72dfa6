// What is shown to everybody and should not be.

import { dirname } from 'node:path';
import { resolvePath } from '../../../conf/path.ts';
import { compileGlob } from '../../../kit/glob.ts';
import { compileRegex, RegexSyntaxError } from '../../../kit/regex/index.ts';
import { type Block, blocksIn, homeOf, type Line, linesNamed, linesOfAccess } from '../blocks.ts';
import { type Check, config, htaccess } from '../check.ts';
import { documentRootOf } from '../rewrite-scope.ts';
import { sampleOf, tryRules } from '../sample.ts';
import { look, readHtaccessTarget, type Target } from '../target.ts';

/** Every directory that files are served from, with a line to point at. */
function rootsOf(
  target: Target,
): readonly { readonly path: string; readonly where: Line | Block; readonly home: Block }[] {
  if (target.kind === 'htaccess') {
    const [first] = target.lines;
    const path = target.around.directory?.replace(/\/$/, '');
    return first === undefined || path === undefined ? [] : [{ path, where: first, home: target.root }];
  }
  return target.blocks.flatMap((block) =>
    linesNamed(block, 'documentroot').map((line) => ({
      path: resolvePath(target.around.serverRoot, line.words[0] ?? ''),
      where: line,
      home: homeOf(block),
    })),
  );
}

function tryRegex(source: string): { test(text: string): boolean } {
  try {
    return compileRegex(source);
  } catch (error) {
    if (error instanceof RegexSyntaxError) return { test: () => false };
    throw error;
  }
}

function matcherOf(block: Block): (text: string) => boolean {
  const isPattern = block.words[0] === '~' || block.name.endsWith('match');
  const text = (block.words[0] === '~' ? block.words[1] : block.words[0]) ?? '';
  if (isPattern) {
    const regex = tryRegex(text);
    return (subject) => regex.test(subject);
  }
  return /[*?[]/.test(text) ? compileGlob(text) : (subject) => subject === text;
}

function denies(block: Block): boolean {
  return linesOfAccess(block, 'require', 'deny').some(({ name, words }) => {
    const text = words.join(' ').toLowerCase();
    return name === 'deny' ? text.startsWith('from') : !text.startsWith('all granted');
  });
}

/** Whether some line keeps a file from being served; `path` begins at the root with a slash. */
function isKept(target: Target, home: Block, root: string, path: string): boolean {
  const around = home === target.root ? [home] : [home, target.root];
  const inside = target.kind === 'config' ? accessFile(target, root) : undefined;
  const blocks = [
    ...around.flatMap((server) => blocksIn(server).filter((block) => homeOf(block) === server)),
    ...(inside?.blocks ?? []),
  ];
  const name = path.slice(path.lastIndexOf('/') + 1);
  return (
    blocks.some((block) => keeps(block, { root, path, name })) ||
    rulesKeep(target, path) ||
    (inside !== undefined && rulesKeep(inside, path))
  );
}

/** The .htaccess file at a root; whether it is read is not asked. */
function accessFile({ io }: Target, root: string): Target | undefined {
  const path = `${root}/.htaccess`;
  if (look(io, path)?.kind !== 'file') return undefined;
  return readHtaccessTarget({ path, text: io.read(path), directory: root, documentRoot: root }, io);
}

function keeps(block: Block, { root, path, name }: { root: string; path: string; name: string }): boolean {
  const whole = root + path;
  const redirected = linesNamed(block, 'redirectmatch').some(
    ({ words }) => tryRegex(words.at(-1) ?? '').test(path) || tryRegex(words.at(-2) ?? '^\\b\\B').test(path),
  );
  if (redirected) return true;
  if (!denies(block)) return false;
  const matches = matcherOf(block);
  if (block.kind === 'files') return matches(name);
  if (block.kind === 'location')
    return block.name === 'location' && block.words[0] !== '~'
      ? path.startsWith(block.words[0] ?? '\0')
      : matches(path);
  if (block.kind !== 'directory')
    return (
      block.kind === 'htaccess' && block.lines.some(({ name: line }) => line === 'require' || line === 'deny')
    );
  if (block.name === 'directory' && block.words[0] !== '~')
    return (
      `${whole}/`.startsWith(`${(block.words[0] ?? '\0').replace(/\/$/, '')}/`) &&
      (block.words[0] ?? '').length >= root.length
    );
  return matches(whole) || matches(`${dirname(whole)}/`) || matches(dirname(whole));
}

function rulesKeep(target: Target, path: string): boolean {
  return target.scopes.some((scope) => {
    const outcome =
      scope.engine === true ? tryRules(scope, sampleOf(path), target.files)?.result.outcome : undefined;
    if (outcome?.kind === 'internal-redirect') return outcome.path !== path;
    return outcome?.kind === 'status' || outcome?.kind === 'redirect' || outcome?.kind === 'proxy';
  });
}

const REPOSITORIES = ['/.git/config', '/.git/HEAD', '/.svn/entries', '/.svn/wc.db', '/.hg/hgrc', '/.env'];

const repository: Check = {
  id: 'exposed-repository',
  severity: 'error',
  title: 'The repository or the secrets of the site can be fetched',
  why: 'Files whose names begin with a dot are served like all others: from .git the whole source and its history can be put together, and .env holds passwords.',
  mend: 'Serve a directory above which these stand, or write RedirectMatch 404 "/\\.(?!well-known)"',
  bad: [
    htaccess('Options -Indexes', { '/srv/www/.git/config': '[core]' }),
    config('DocumentRoot /srv/www', { '/srv/www/.env': 'PASSWORD=x', '/srv/www/index.html': '' }),
  ],
  good: [
    htaccess('RedirectMatch 404 "/\\.(?!well-known)"', { '/srv/www/.git/config': '[core]' }),
    htaccess('RewriteEngine On\nRewriteRule (?:^|/)\\. - [F]', { '/srv/www/.git/config': '[core]' }),
    htaccess('<FilesMatch "^\\.">\nRequire all denied\n</FilesMatch>', { '/srv/www/.env': 'PASSWORD=x' }),
    config('DocumentRoot /srv/www', { '/srv/www/index.html': '' }),
  ],
  run(target, report) {
    for (const { path: root, where, home } of rootsOf(target))
      for (const path of REPOSITORIES)
        if (look(target.io, root + path)?.kind === 'file' && !isKept(target, home, root, path)) {
          report(where, { message: `everybody can fetch ${path} of ${root}` });
          break;
        }
  },
};

const BACKUP = /(?:\.(?:bak|old|orig|save|swp|sql|sql\.gz|tar|tgz|tar\.gz|dump)|~)$/i;

const backup: Check = {
  id: 'exposed-backup',
  severity: 'warning',
  title: 'Backups and dumps can be fetched',
  why: 'config.php.bak is not run as a program but sent as text, with the password in it; names like backup.sql are tried by robots every day.',
  mend: 'Move them away, or write <FilesMatch "(\\.(bak|old|orig|sql|swp)|~)$"> with Require all denied.',
  bad: [config('DocumentRoot /srv/www', { '/srv/www/config.php.bak': '' })],
  good: [
    config('DocumentRoot /srv/www\n<FilesMatch "\\.bak$">\nRequire all denied\n</FilesMatch>', {
      '/srv/www/config.php.bak': '',
    }),
  ],
  run(target, report) {
    for (const { path: root, where, home } of rootsOf(target)) {
      const found = namesIn(target, root).find(
        (name) => BACKUP.test(name) && !isKept(target, home, root, `/${name}`),
      );
      if (found !== undefined) report(where, { message: `everybody can fetch /${found} of ${root}` });
    }
  },
};

function namesIn(target: Target, root: string): readonly string[] {
  try {
    return [...target.io.list(root)].sort();
  } catch {
    return [];
  }
}

const indexes: Check = {
  id: 'indexes-on-root',
  severity: 'warning',
  title: 'Directories without an index page are listed',
  why: 'Everybody sees the names of all files: uploads, backups, what is not linked yet.',
  mend: 'Write Options -Indexes, and +Indexes for the directories that are meant to be listed.',
  bad: [
    config('DocumentRoot /srv/www\n<Directory /srv/www>\nOptions Indexes FollowSymLinks\n</Directory>'),
    htaccess('Options +Indexes'),
  ],
  good: [
    config('DocumentRoot /srv/www\n<Directory /srv/www>\nOptions FollowSymLinks\n</Directory>'),
    htaccess('Options -Indexes'),
  ],
  run(target, report) {
    const roots = rootsOf(target).map(({ path }) => path);
    const said = new Set(
      target.kind === 'htaccess' ? [optionsLine(target.root)] : roots.map((root) => optionsFor(target, root)),
    );
    for (const line of said)
      if (line?.words.some((word) => /^\+?indexes$/i.test(word)))
        report(line, { message: 'everything here without an index page is listed' });
  },
};

/** The last line of a block that speaks of Indexes, or of all options. */
function optionsLine(block: Block): Line | undefined {
  return linesNamed(block, 'options').findLast(({ words }) =>
    words.some((word) => /^[+-]?indexes$/i.test(word) || !/^[+-]/.test(word)),
  );
}

/** The line that decides for a directory: that of the most particular section that says something. */
function optionsFor({ blocks }: Target, root: string): Line | undefined {
  const sections = blocks.filter(
    ({ name, words: [path = ''] }) =>
      name === 'directory' && `${root}/`.startsWith(path === '/' ? '/' : `${path.replace(/\/$/, '')}/`),
  );
  const deepest = [...sections].sort((a, b) => (a.words[0] ?? '').length - (b.words[0] ?? '').length);
  return deepest.map(optionsLine).findLast((line) => line !== undefined);
}

const trace: Check = {
  id: 'trace-enabled',
  severity: 'warning',
  title: 'TRACE is answered',
  why: 'TRACE sends back the request with its cookies and passwords, as a page that scripts could read, and tells what proxies in front add.',
  mend: 'Write TraceEnable Off.',
  bad: [config('TraceEnable On')],
  good: [config('TraceEnable Off')],
  run(target, report) {
    for (const line of target.lines)
      if (line.name === 'traceenable' && !/^off$/i.test(line.words[0] ?? ''))
        report(line, { message: 'TRACE requests are answered' });
  },
};

const INSIDE: ReadonlySet<string> = new Set([
  'server-status',
  'server-info',
  'balancer-manager',
  'ldap-status',
]);

const statusOpen: Check = {
  id: 'status-open',
  severity: 'error',
  title: 'Everybody can see the inside of the server',
  why: 'server-status shows the addresses and URLs of all visitors, server-info the configuration; balancer-manager lets everybody switch backends off.',
  mend: 'Write Require local, or Require ip with your addresses, into the section.',
  bad: [config('<Location /server-status>\nSetHandler server-status\n</Location>')],
  good: [config('<Location /server-status>\nSetHandler server-status\nRequire local\n</Location>')],
  run(target, report) {
    for (const line of target.lines) {
      if (line.name !== 'sethandler' || !INSIDE.has(line.words[0]?.toLowerCase() ?? '')) continue;
      if (!denies(line.block)) report(line, { message: `${line.words[0]} is open to everybody` });
    }
  },
};

const passwordFile: Check = {
  id: 'password-file-served',
  severity: 'error',
  title: 'A file of passwords stands where files are served from',
  why: 'Everybody can fetch it and try words against the hashes at home.',
  mend: 'Put it outside of DocumentRoot.',
  bad: [
    config(
      'DocumentRoot /srv/www\n<Location /admin>\nAuthType Basic\nAuthName x\nAuthUserFile /srv/www/users.txt\nRequire valid-user\n</Location>',
    ),
    htaccess(
      '<Files admin.php>\nAuthType Basic\nAuthName x\nAuthUserFile /srv/www/users.txt\nRequire valid-user\n</Files>',
    ),
  ],
  good: [
    config(
      'DocumentRoot /srv/www\n<Location /admin>\nAuthType Basic\nAuthName x\nAuthUserFile /etc/portico/users\nRequire valid-user\n</Location>',
    ),
    config(
      'DocumentRoot /srv/www\n<Files ".ht*">\nRequire all denied\n</Files>\n<Location /admin>\nAuthType Basic\nAuthName x\nAuthUserFile /srv/www/.htusers\nRequire valid-user\n</Location>',
    ),
  ],
  run(target, report) {
    const roots =
      target.kind === 'htaccess'
        ? [{ path: documentRootOf(target.root, target.around), home: target.root }]
        : rootsOf(target);
    for (const line of target.lines) {
      if (!/^auth(?:user|group|digest)file$/.test(line.name)) continue;
      const file = resolvePath(target.around.serverRoot, line.words[0] ?? '');
      // Every distribution keeps .ht* to itself; a lone .htaccess file need not say it.
      if (target.kind === 'htaccess' && /\/\.ht[^/]*$/.test(file)) continue;
      for (const { path: root, home } of roots)
        if (
          root !== '/' &&
          file.startsWith(`${root}/`) &&
          !isKept(target, home, root, file.slice(root.length))
        ) {
          report(line, { message: `everybody can fetch ${file.slice(root.length)}` });
          break;
        }
    }
  },
};

export const exposure: readonly Check[] = [repository, backup, indexes, trace, statusOpen, passwordFile];
