// Virtual hosts that no request comes to, and .htaccess files that nobody reads.

import { resolvePath } from '../../../conf/path.ts';
import { readTree } from '../../../conf/site.ts';
import { modules } from '../../../modules/index.ts';
import { type Block, blocksIn, type Line, linesNamed, readBlocks } from '../blocks.ts';
import { type Check, config } from '../check.ts';
import { look, type Target } from '../target.ts';

function hostsOf({ root }: Target): readonly Block[] {
  return root.blocks.filter(({ kind }) => kind === 'virtualhost');
}

function namesOf(host: Block): readonly { readonly name: string; readonly line: Line }[] {
  return linesNamed(host, 'servername', 'serveralias').flatMap((line) =>
    line.words.map((word) => ({
      name: word
        .toLowerCase()
        .replace(/^[a-z]+:\/\//, '')
        .replace(/:[0-9]+$/, ''),
      line,
    })),
  );
}

const withoutName: Check = {
  id: 'vhost-without-name',
  severity: 'warning',
  title: 'A virtual host has no name',
  why: "Without ServerName it takes the main server's, or that of the machine: requests by name go to another virtual host of the address, and it is only reached if it stands first.",
  mend: 'Write ServerName with the name that visitors use.',
  bad: [
    config(
      'Listen 80\nServerName www.example.com\n<VirtualHost *:80>\nServerName one.example.com\n</VirtualHost>\n<VirtualHost *:80>\nServerAlias *.two.example.com\n</VirtualHost>',
    ),
  ],
  good: [
    config(
      'Listen 80\nServerName www.example.com\n<VirtualHost *:80>\nServerName one.example.com\n</VirtualHost>\n<VirtualHost *:80>\nServerName two.example.com\n</VirtualHost>',
    ),
    config('Listen 80\nServerName www.example.com\n<VirtualHost *:80>\n</VirtualHost>'),
  ],
  run(target, report) {
    const hosts = hostsOf(target);
    for (const [at, host] of hosts.entries()) {
      if (at === 0 || linesNamed(host, 'servername').length > 0) continue;
      const rivals = hosts
        .slice(0, at)
        .some((other) => other.words.some((word) => host.words.includes(word)));
      if (rivals)
        report(host, {
          message: 'another virtual host of this address stands before it, and it has no ServerName',
        });
    }
  },
};

const nameTwice: Check = {
  id: 'vhost-name-twice',
  severity: 'error',
  title: 'Two virtual hosts have one name',
  why: 'The first one of the address answers; the other one is never reached by that name.',
  mend: 'Give each its own name, or make one of the two.',
  bad: [
    config(
      'Listen 80\n<VirtualHost *:80>\nServerName www.example.com\n</VirtualHost>\n<VirtualHost *:80>\nServerName www.example.com\n</VirtualHost>',
    ),
  ],
  good: [
    config(
      'Listen 80\nListen 81\n<VirtualHost *:80>\nServerName www.example.com\n</VirtualHost>\n<VirtualHost *:81>\nServerName www.example.com\n</VirtualHost>',
    ),
  ],
  run(target, report) {
    const hosts = hostsOf(target);
    for (const [at, host] of hosts.entries())
      for (const { name, line } of namesOf(host)) {
        const first = hosts
          .slice(0, at)
          .filter((other) => host.words.every((word) => other.words.includes(word)))
          .flatMap(namesOf)
          .find((other) => other.name === name);
        if (first !== undefined)
          report(line, {
            message: `${name} is answered by the virtual host of line ${first.line.node.line.placeAt().line}`,
          });
      }
  },
};

const overlap: Check = {
  id: 'vhost-addresses-overlap',
  severity: 'warning',
  title: 'An address of its own hides the virtual hosts with *',
  why: 'Once a virtual host names the address that a request came in on, those with * are not looked at, even if the name fits them: the first one of that address answers.',
  mend: 'Write *:80 everywhere, or the address everywhere.',
  bad: [
    config(
      'Listen 80\n<VirtualHost *:80>\nServerName www.example.com\n</VirtualHost>\n<VirtualHost 192.0.2.1:80>\nServerName shop.example.com\n</VirtualHost>',
    ),
  ],
  good: [
    config(
      'Listen 80\n<VirtualHost *:80>\nServerName www.example.com\n</VirtualHost>\n<VirtualHost *:80>\nServerName shop.example.com\n</VirtualHost>',
    ),
  ],
  run(target, report) {
    const hosts = hostsOf(target);
    const portOf = (word: string): string => /:([0-9]+|\*)$/.exec(word)?.[1] ?? '*';
    const isAny = (word: string): boolean => /^(?:\*|_default_)(?::|$)/.test(word);
    for (const host of hosts)
      for (const word of host.words) {
        if (isAny(word)) continue;
        const hidden = hosts.find((other) =>
          other.words.some((one) => isAny(one) && portOf(one) === portOf(word)),
        );
        if (hidden === undefined || hidden === host) continue;
        report(host, {
          message: `for requests to ${word} the virtual host of line ${hidden.node?.line.placeAt().line ?? 0} is never looked at`,
        });
        break;
      }
  },
};

const withoutListen: Check = {
  id: 'vhost-without-listen',
  severity: 'error',
  title: 'Nobody listens on the port of a virtual host',
  why: '<VirtualHost> opens no port: without a Listen line for it no connection ever comes.',
  mend: 'Write Listen with the port.',
  bad: [config('Listen 80\n<VirtualHost *:8080>\nServerName www.example.com\n</VirtualHost>')],
  good: [config('Listen 8080\n<VirtualHost *:8080>\nServerName www.example.com\n</VirtualHost>')],
  run(target, report) {
    const ports = new Set(
      linesNamed(target.root, 'listen').map(({ words }) => /([0-9]+)$/.exec(words[0] ?? '')?.[1]),
    );
    if (ports.size === 0) return;
    for (const host of hostsOf(target)) {
      const wanted = host.words.map((word) => /:([0-9]+)$/.exec(word)?.[1]);
      const closed = wanted.filter((port) => port !== undefined && port !== '0' && !ports.has(port));
      if (closed.length === wanted.length && closed.length > 0)
        report(host, { message: `no Listen opens port ${closed[0]}`, hint: `Write Listen ${closed[0]}` });
    }
  },
};

const ignored: Check = {
  id: 'htaccess-ignored',
  severity: 'warning',
  title: 'An .htaccess file is there, and nobody reads it',
  why: 'AllowOverride is None where nobody says otherwise: the rules and the passwords in that file do nothing.',
  mend: 'Write AllowOverride All for the directory, or take over the lines and remove the file.',
  bad: [
    config('DocumentRoot /srv/www\n<Directory /srv/www>\nRequire all granted\n</Directory>', {
      '/srv/www/.htaccess': 'Require all denied',
    }),
  ],
  good: [
    config('DocumentRoot /srv/www\n<Directory /srv/www>\nAllowOverride All\n</Directory>', {
      '/srv/www/.htaccess': 'Require all denied',
    }),
  ],
  run(target, report) {
    const sections = target.blocks.filter(({ name }) => name === 'directory');
    const accessFile = linesNamed(target.root, 'accessfilename').at(-1)?.words[0] ?? '.htaccess';
    for (const block of target.blocks)
      for (const line of linesNamed(block, 'documentroot')) {
        const root = resolvePath(target.around.serverRoot, line.words[0] ?? '');
        const file = `${root}/${accessFile}`;
        if (look(target.io, file)?.kind !== 'file' || isRead(sections, root)) continue;
        report(line, { message: `${file} is there, and AllowOverride lets it do nothing` });
      }
  },
};

/** The most particular section that speaks of AllowOverride decides. */
function isRead(sections: readonly Block[], root: string): boolean {
  const words = sections.flatMap((block) => {
    const [path = ''] = block.words;
    const covers =
      path === '~' ||
      /[*?[]/.test(path) ||
      `${root}/`.startsWith(path === '/' ? '/' : `${path.replace(/\/$/, '')}/`);
    const line = linesNamed(block, 'allowoverride', 'allowoverridelist').at(-1);
    return covers && line !== undefined ? [{ depth: path.length, word: line.words[0] ?? '' }] : [];
  });
  const last = words.sort((a, b) => a.depth - b.depth).at(-1);
  return last !== undefined && !/^none$/i.test(last.word);
}

const replaced: Check = {
  id: 'directory-rules-replaced',
  severity: 'warning',
  title: 'An .htaccess file puts the rules of its <Directory> out of force',
  why: 'Rules are not added up: any rewrite directive in the .htaccess file replaces all rules that the section has for that directory.',
  mend: 'Write RewriteOptions Inherit into the .htaccess file, or keep all rules in one place.',
  bad: [
    config(
      'DocumentRoot /srv/www\n<Directory /srv/www>\nAllowOverride All\nRewriteEngine On\nRewriteRule ^secret - [F]\n</Directory>',
      {
        '/srv/www/.htaccess': 'RewriteEngine On\n',
      },
    ),
  ],
  good: [
    config(
      'DocumentRoot /srv/www\n<Directory /srv/www>\nAllowOverride All\nRewriteEngine On\nRewriteRule ^secret - [F]\n</Directory>',
      {
        '/srv/www/.htaccess': 'RewriteEngine On\nRewriteOptions InheritBefore\n',
      },
    ),
  ],
  run(target, report) {
    const sections = target.blocks.filter(({ name }) => name === 'directory');
    for (const { block, directory, rules, engine } of target.scopes) {
      if (block.name !== 'directory' || directory === undefined || rules[0] === undefined || engine !== true)
        continue;
      const file = `${directory}.htaccess`;
      if (look(target.io, file)?.kind !== 'file' || !isRead(sections, directory.replace(/\/$/, ''))) continue;
      const lines = blocksIn(readFile(target, file)).flatMap((inner) => inner.lines);
      const hasRewriting = lines.some(({ name }) => name.startsWith('rewrite'));
      const inherits = lines.some(
        ({ name, words }) => name === 'rewriteoptions' && words.some((word) => /^inherit/i.test(word)),
      );
      if (hasRewriting && !inherits)
        report(rules[0].line, { message: `${file} has rewrite directives, which replace these rules` });
    }
  },
};

function readFile({ io }: Target, file: string): Block {
  return readBlocks(readTree({ sources: [{ file }], modules, io }).tree, 'htaccess');
}

const overrideWithCgi: Check = {
  id: 'override-with-programs',
  severity: 'warning',
  title: 'Whoever can write a file can run programs',
  why: 'AllowOverride All lets an .htaccess file make any file a program, and ExecCGI runs it: a form for uploads is then enough to take over the site.',
  mend: 'Name the classes that the site needs (AllowOverride FileInfo), and keep programs in a directory of their own with ScriptAlias.',
  bad: [config('<Directory /srv/www>\nAllowOverride All\nOptions ExecCGI FollowSymLinks\n</Directory>')],
  good: [config('<Directory /srv/www>\nAllowOverride FileInfo\nOptions FollowSymLinks\n</Directory>')],
  run(target, report) {
    for (const block of target.blocks) {
      if (block.kind !== 'directory') continue;
      const allows = linesNamed(block, 'allowoverride').at(-1);
      const options = linesNamed(block, 'options').at(-1);
      if (!/^all$/i.test(allows?.words[0] ?? '') || options === undefined) continue;
      if (options.words.some((word) => /^\+?(?:execcgi|all)$/i.test(word)))
        report(options, { message: '.htaccess files may say everything here, and programs are run' });
    }
  },
};

export const hosts: readonly Check[] = [
  withoutName,
  nameTwice,
  overlap,
  withoutListen,
  ignored,
  replaced,
  overrideWithCgi,
];
