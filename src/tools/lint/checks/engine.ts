// Rules that do not run at all, or not for everybody.

import type { Segment, Template } from '../../../rules/template.ts';
import { type Block, blocksIn, type Line, lastLine, linesNamed } from '../blocks.ts';
import { type Check, config, htaccess } from '../check.ts';
import type { RuleAt } from '../rewrite-scope.ts';
import { eachRule, partOf } from './rule-checks.ts';

const engineMissing: Check = {
  id: 'engine-missing',
  severity: 'warning',
  title: 'Nobody switches the rewriting engine on',
  why: 'Without RewriteEngine On the rules are read and never run.',
  mend: 'Write RewriteEngine On above the first rule.',
  bad: [htaccess('RewriteRule ^old$ /new [R=301,L]'), config('RewriteRule ^/old$ /new [R=301,L]')],
  good: [
    htaccess('RewriteEngine On\nRewriteRule ^old$ /new [R=301,L]'),
    htaccess('RewriteEngine Off\nRewriteRule ^old$ /new [R=301,L]'),
    config('RewriteEngine On\n<Directory /srv/www>\nRewriteRule ^old$ /new [R=301,L]\n</Directory>'),
  ],
  run(target, report) {
    for (const { engine, rules } of target.scopes)
      if (engine === undefined && rules[0] !== undefined)
        report(rules[0].line, { message: 'no RewriteEngine On is in force here: the rules never run' });
  },
};

const linksOff: Check = {
  id: 'rules-without-links',
  severity: 'error',
  title: 'Options take the right to rewrite away',
  why: 'Rules of a directory need FollowSymLinks or SymLinksIfOwnerMatch; without both every request beneath is answered 403 (AH00670).',
  mend: 'Write the options with signs, so that the others stay: Options -Indexes; or add +SymLinksIfOwnerMatch.',
  bad: [
    htaccess('Options -FollowSymLinks\nRewriteEngine On\nRewriteRule ^old$ /new [R=301,L]'),
    htaccess('Options Indexes\nRewriteEngine On\nRewriteRule ^old$ /new [R=301,L]'),
  ],
  good: [
    htaccess('Options -Indexes\nRewriteEngine On\nRewriteRule ^old$ /new [R=301,L]'),
    htaccess(
      'Options +SymLinksIfOwnerMatch -FollowSymLinks\nRewriteEngine On\nRewriteRule ^old$ /new [R=301,L]',
    ),
  ],
  run(target, report) {
    for (const { block, context, engine, rules } of target.scopes) {
      if (context !== 'directory' || engine !== true || rules.length === 0) continue;
      const line = lineThatForbids(block);
      if (line !== undefined)
        report(line, {
          message: 'without FollowSymLinks and SymLinksIfOwnerMatch the rules here are forbidden: 403',
        });
    }
  },
};

/** Links may be followed unless something else is said. */
function lineThatForbids(block: Block): Line | undefined {
  const links = new Set(['followsymlinks']);
  let last: Line | undefined;
  for (const line of linesNamed(block, 'options')) {
    const words = line.words.map((word) => word.toLowerCase());
    if (words.some((word) => !/^[+-]/.test(word))) links.clear();
    for (const word of words) {
      const name = word.replace(/^[+-]/, '');
      if (word.startsWith('-')) links.delete(name);
      else if (name === 'all') links.add('followsymlinks');
      else if (/symlinks/.test(name)) links.add(name);
    }
    if (links.size === 0) last = line;
  }
  return links.size === 0 ? last : undefined;
}

const elsewhere: Check = {
  id: 'rules-in-section',
  severity: 'warning',
  title: 'Rules stand in a section where they see another path',
  why: 'In <Location>, <Files>, <If> and sections with patterns no prefix is taken off: the pattern sees the whole path in the file system, and a relative result makes no sense.',
  mend: 'Write the rules into the server or the <Directory>; the engine may be switched here.',
  bad: [config('RewriteEngine On\n<Location /app>\nRewriteRule ^(.*)$ /other/$1 [R=302,L]\n</Location>')],
  good: [
    config('RewriteEngine On\nRewriteRule ^/app/(.*)$ /other/$1 [R=302,L]'),
    config(
      '<Location /app>\nRewriteEngine On\nRewriteCond %{HTTP:X-Key} !=1\nRewriteRule ^ - [F]\n</Location>',
    ),
  ],
  run(target, report) {
    for (const scope of target.scopes) {
      if (scope.context !== 'elsewhere' || scope.engine === false) continue;
      const at = scope.rules.find(
        ({ rule }) => rule.substitution !== undefined && !/^\^?\$?(?:\.\*)?\$?$/.test(rule.pattern.text),
      );
      if (at === undefined) continue;
      const name = scope.block.node?.name ?? '';
      report(at.line, {
        message: `in <${name}> the pattern sees the path of the file, not that of the URL`,
        ...partOf(at, 'pattern'),
      });
    }
  },
};

const baseIsPath: Check = {
  id: 'base-is-file-path',
  severity: 'error',
  title: 'RewriteBase is a path in the file system',
  why: "RewriteBase is the URL-path of the directory. With a file's path in it, relative results lead to http://host/srv/www/...",
  mend: 'Write the path as a browser asks for it: RewriteBase /',
  bad: [
    htaccess('RewriteEngine On\nRewriteBase /srv/www\nRewriteRule ^old$ new.html [L]'),
    config(
      'DocumentRoot /srv/www\n<Directory /srv/www/app>\nRewriteEngine On\nRewriteBase /srv/www/app/\nRewriteRule ^old$ new.html [L]\n</Directory>',
    ),
  ],
  good: [htaccess('RewriteEngine On\nRewriteBase /\nRewriteRule ^old$ new.html [L]')],
  run(target, report) {
    for (const { block, directory, documentRoot } of target.scopes) {
      const line = lastLine(block, 'rewritebase');
      const base = line?.words[0]?.replace(/\/?$/, '/');
      if (line === undefined || base === undefined || base === '/' || directory === undefined) continue;
      const root = documentRoot.replace(/\/?$/, '/');
      if (base === directory || (root !== '/' && base.startsWith(root)))
        report(line, { message: `${line.words[0]} is where the files are, not a URL-path` });
    }
  },
};

const mapUndeclared: Check = {
  id: 'map-undeclared',
  severity: 'error',
  title: 'A rule asks a map that is not there',
  why: "A look-up in a map that this server does not have is empty, or the default; the main server's maps are not seen in a virtual host that has rules of its own.",
  mend: 'Declare it in this server: RewriteMap name txt:/path',
  bad: [
    config('RewriteEngine On\nRewriteRule ^/(.*)$ /${pages:$1} [PT]'),
    config(
      'RewriteMap lower int:tolower\n<VirtualHost *:80>\nServerName www.example.com\nRewriteEngine On\nRewriteRule ^/([A-Z]+)$ /${lower:$1} [R=301,L]\n</VirtualHost>',
    ),
  ],
  good: [
    config('RewriteMap lower int:tolower\nRewriteEngine On\nRewriteRule ^/([A-Z]+)$ /${lower:$1} [R=301,L]'),
  ],
  run(target, report) {
    const everywhere = new Set(
      blocksIn(target.root).flatMap((block) => linesNamed(block, 'rewritemap').map(({ words }) => words[0])),
    );
    eachRule(target, (at, { maps, set }) => {
      if (maps === undefined || set.options?.has('Inherit') || set.options?.has('InheritBefore')) return;
      for (const name of new Set(mapsIn(at)))
        if (!maps.has(name))
          report(at.line, {
            message: everywhere.has(name)
              ? `the map ${name} is another server's, and not seen here`
              : `no RewriteMap declares ${name}`,
          });
    });
  },
};

function mapsIn({ rule: { substitution, conditions, flags } }: RuleAt): readonly string[] {
  const templates = [
    substitution,
    ...conditions.map(({ subject }) => subject),
    ...flags.env,
    ...flags.cookies,
  ];
  return templates.flatMap((template) => (template === undefined ? [] : mapsOfTemplate(template)));
}

function mapsOfTemplate({ segments }: Template): readonly string[] {
  return segments.flatMap((segment: Segment) => {
    if (typeof segment === 'string' || segment.kind !== 'map') return [];
    return [
      segment.map,
      ...mapsOfTemplate(segment.key),
      ...(segment.fallback ? mapsOfTemplate(segment.fallback) : []),
    ];
  });
}

const notInherited: Check = {
  id: 'rules-not-inherited',
  severity: 'warning',
  title: 'Rules of the main server do not run in virtual hosts',
  why: 'Requests for a virtual host run the rules of that virtual host only: those outside of all virtual hosts are for nobody who comes to one of them.',
  mend: 'Write the rules into the virtual hosts, or RewriteOptions InheritDown beside them.',
  bad: [
    config(
      'Listen 80\nRewriteEngine On\nRewriteRule ^/old$ /new [R=301,L]\n<VirtualHost *:80>\nServerName www.example.com\n</VirtualHost>',
    ),
  ],
  good: [
    config(
      'Listen 80\nRewriteEngine On\nRewriteOptions InheritDown\nRewriteRule ^/old$ /new [R=301,L]\n<VirtualHost *:80>\nServerName www.example.com\n</VirtualHost>',
    ),
  ],
  run(target, report) {
    const scope = target.scopes.find(({ block }) => block === target.root);
    const first = scope?.rules[0];
    if (first === undefined || scope?.context !== 'server' || scope.engine !== true) return;
    const hosts = target.root.blocks.filter(({ kind }) => kind === 'virtualhost');
    const inherits = /^Inherit/i;
    const options = [target.root, ...hosts].flatMap((block) => linesNamed(block, 'rewriteoptions'));
    if (hosts.length === 0 || options.some(({ words }) => words.some((word) => inherits.test(word)))) return;
    report(first.line, {
      message: `no rule here runs for ${hosts.length === 1 ? 'the virtual host' : `any of the ${hosts.length} virtual hosts`}`,
    });
  },
};

export const engine: readonly Check[] = [
  engineMissing,
  linksOff,
  elsewhere,
  baseIsPath,
  mapUndeclared,
  notInherited,
];
