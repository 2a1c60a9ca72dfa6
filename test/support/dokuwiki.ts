// DokuWiki from Debian's package, copied into a scene: its own data, users and configuration, and clean URLs by the
// .htaccess file it comes with.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyTree } from './php-tree.ts';
import type { Scene } from './scene.ts';

export const WIKI_USER = 'anna';
export const WIKI_PASSWORD = 'correct horse';

/** Copies it to `htdocs` of the scene and answers what its .htaccess file says. */
export function placeDokuWiki(scene: Scene): string {
  copyTree(scene, '/usr/share/dokuwiki', 'htdocs');
  copyTree(scene, '/var/lib/dokuwiki/data', 'wiki-data');
  copyTree(scene, '/etc/dokuwiki', 'wiki-conf');
  pointAt(join(scene.root, 'htdocs/inc/preload.php'), `${scene.root}/wiki-conf`);
  const password = createHash('sha1').update(WIKI_PASSWORD).digest('hex');
  scene.write('wiki-conf/users.auth.php', `${WIKI_USER}:${password}:Anna:anna@example.test:admin,user\n`);
  scene.write('wiki-conf/acl.auth.php', '* @ALL 1\n* @user 8\n');
  scene.write(
    'wiki-conf/local.php',
    `<?php
$conf['title'] = 'A wiki behind FastCGI';
$conf['savedir'] = '{ROOT}/wiki-data';
$conf['useacl'] = 1;
$conf['superuser'] = '@admin';
$conf['userewrite'] = '1';
`,
  );
  return switchRulesOn(scene);
}

/** Debian's DokuWiki looks for its configuration in /etc. */
function pointAt(file: string, folder: string): void {
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll('/etc/dokuwiki', folder));
}

/** Uncomments what the file says to uncomment for nice URLs; the rest stays as it is delivered. */
function switchRulesOn(scene: Scene): string {
  const file = join(scene.root, 'htdocs/.htaccess');
  const text = readFileSync(file, 'utf8');
  const from = text.indexOf('## Uncomment these rules');
  const to = text.indexOf('## Not all installations');
  if (from < 0 || to < from) throw new Error('DokuWiki comes with another .htaccess file than expected');
  const rules = text.slice(from, to).replace(/^#(Rewrite.*)$/gm, '$1');
  const switchedOn = text.slice(0, from) + rules + text.slice(to);
  scene.write('htdocs/.htaccess', switchedOn);
  return switchedOn;
}
