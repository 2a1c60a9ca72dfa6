// php_value and its kin in portico's configuration and in .htaccess files, as scripts behind a real PHP-FPM see them.
import { afterEach, describe, expect } from 'vitest';
import { testWith } from '../support/parts.ts';
import { startPhpFpm } from '../support/php-fpm.ts';
import { makeScene, type Scene, until } from '../support/scene.ts';

let scene: Scene | undefined;

afterEach(async () => {
  await scene?.close();
  scene = undefined;
});

/** Tells the settings that the query names, one JSON object. */
const TELL = `<?php
foreach ($_GET['set'] ?? [] as $name => $value) @ini_set($name, $value);
$told = [];
foreach (explode(',', $_GET['ask']) as $name) $told[$name] = ini_get($name);
echo json_encode($told, JSON_UNESCAPED_SLASHES);
`;

interface SiteText {
  readonly conf?: string;
  readonly htaccess?: string;
  /** .htaccess of the folder `d`. */
  readonly below?: string;
  readonly children?: number;
}

async function startSite({ conf = '', htaccess = '', below, children = 2 }: SiteText): Promise<Scene> {
  const made = await makeScene();
  scene = made;
  const fpm = await startPhpFpm(made, { children });
  for (const folder of ['', 'd/', 'e/']) made.write(`htdocs/${folder}tell.php`, TELL);
  made.write('htdocs/.htaccess', htaccess);
  if (below !== undefined) made.write('htdocs/d/.htaccess', below);
  const handler = `<FilesMatch "\\.php$">\nSetHandler "proxy:fcgi://${fpm.authority}"\n</FilesMatch>\n`;
  await made.start(handler + conf);
  return made;
}

async function ask(site: Scene, path: string): Promise<{ status: number; body: string }> {
  const response = await fetch(site.origin + path);
  return { status: response.status, body: await response.text() };
}

async function settings(site: Scene, path: string): Promise<Record<string, string | false>> {
  const { status, body } = await ask(site, path);
  expect(status).toBe(200);
  return JSON.parse(body) as Record<string, string | false>;
}

/** Waits for a line of the error log, which is written behind the answer. */
async function logged(site: Scene, text: string): Promise<void> {
  await until(`"${text}" in the log`, () => (site.errorLog().includes(text) ? true : undefined), 5000);
}

describe('settings of PHP', () => {
  testWith(['php-fpm'], 'reach the scripts of their section, the inner ones last', async () => {
    const site = await startSite({
      conf: 'php_value memory_limit 200M\nphp_flag html_errors On\n<Location /d>\nphp_value memory_limit 300M\n</Location>',
      htaccess: 'php_value user_agent outer\nphp_flag html_errors off',
      below: 'php_value user_agent inner\nphp_value default_charset none',
    });
    const names = 'memory_limit,user_agent,html_errors,default_charset';
    expect(await settings(site, `/tell.php?ask=${names}`)).toEqual({
      memory_limit: '200M',
      user_agent: 'outer',
      html_errors: '0',
      default_charset: 'UTF-8',
    });
    expect(await settings(site, `/d/tell.php?ask=${names}`)).toEqual({
      memory_limit: '300M',
      user_agent: 'inner',
      html_errors: '0',
      default_charset: '',
    });
  });

  testWith(['php-fpm'], 'have the value that was written, whatever is in it', async () => {
    const values = [
      `it's`,
      `'`,
      `''`,
      `a'b'c`,
      `semi;colon`,
      `a=b`,
      `hash#mark`,
      '$' + '{NO_SUCH_VARIABLE}',
      `$HOME`,
      `back\\slash`,
      `[section]`,
      `(a|b)&!~^`,
      `two words`,
      `E_ALL`,
      `true`,
      `%{HTTP_HOST}`,
      `caf\u00e9`,
    ];
    const site = await startSite({});
    for (const [index, value] of values.entries()) {
      const word = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
      site.write(`htdocs/v${index}/tell.php`, TELL);
      site.write(`htdocs/v${index}/.htaccess`, `php_value user_agent "${word}"`);
      expect(await settings(site, `/v${index}/tell.php?ask=user_agent`)).toEqual({ user_agent: value });
    }
  });

  testWith(['php-fpm'], 'of the administrator stay, whatever scripts and .htaccess files say', async () => {
    const site = await startSite({
      conf: 'php_admin_value user_agent admin\nphp_admin_flag html_errors on\nphp_value sys_temp_dir /evil',
      htaccess: 'php_value user_agent other\nphp_value error_prepend_string mine',
    });
    expect(
      await settings(
        site,
        '/tell.php?ask=user_agent,html_errors,error_prepend_string&set[user_agent]=script&set[html_errors]=0&set[error_prepend_string]=script',
      ),
    ).toEqual({ user_agent: 'admin', html_errors: '1', error_prepend_string: 'script' });
  });

  testWith(['php-fpm'], 'that only php.ini may change are left alone', async () => {
    const site = await startSite({
      htaccess:
        'php_value sys_temp_dir /evil\nphp_flag file_uploads off\nphp_value extension evil.so\nphp_value user_agent fine',
    });
    expect(await settings(site, '/tell.php?ask=sys_temp_dir,file_uploads,user_agent')).toEqual({
      sys_temp_dir: '',
      file_uploads: '1',
      user_agent: 'fine',
    });
  });

  testWith(['php-fpm'], 'stand behind what SetEnv says', async () => {
    const site = await startSite({
      conf: 'SetEnv PHP_VALUE "user_agent=env"\n',
      below: 'php_value error_prepend_string own',
    });
    const names = 'user_agent,error_prepend_string';
    expect(await settings(site, `/d/tell.php?ask=${names}`)).toEqual({
      user_agent: 'env',
      error_prepend_string: 'own',
    });
  });

  testWith(['php-fpm'], 'are not told to other kinds of backends', async () => {
    const site = await startSite({
      conf: 'php_value user_agent mine\nProxyFCGIBackendType GENERIC\n',
    });
    expect(await settings(site, '/tell.php?ask=user_agent')).toEqual({ user_agent: '' });
  });

  testWith(['php-fpm'], 'may be set by .htaccess only where AllowOverride says so', async () => {
    const site = await startSite({
      conf: '<Directory {ROOT}/htdocs>\nAllowOverride FileInfo\n</Directory>',
      htaccess: 'php_value user_agent mine',
    });
    expect((await ask(site, '/tell.php?ask=user_agent')).status).toBe(500);
    await logged(site, 'php_value not allowed here');
  });

  testWith(['php-fpm'], 'of the administrator may not be set by .htaccess at all', async () => {
    const site = await startSite({ htaccess: 'php_admin_value user_agent mine' });
    expect((await ask(site, '/tell.php?ask=user_agent')).status).toBe(500);
    await logged(site, 'php_admin_value not allowed here');
  });

  // docs/php.md says so: it is PHP-FPM that keeps them, whoever sends them.
  testWith(
    ['php-fpm'],
    'stay with the process of PHP-FPM that has heard them, and with its pool',
    async () => {
      const site = await makeScene();
      scene = site;
      const [shared, own] = [
        await startPhpFpm(site, { children: 1 }),
        await startPhpFpm(site, { children: 1 }),
      ];
      for (const folder of ['d', 'e', 'f']) site.write(`htdocs/${folder}/tell.php`, TELL);
      await site.start(
        `<FilesMatch "\\.php$">\nSetHandler "proxy:fcgi://${shared.authority}"\n</FilesMatch>\n` +
          `<Location /f>\nSetHandler "proxy:fcgi://${own.authority}"\n</Location>\n` +
          '<Location /d>\nphp_value user_agent mine\n</Location>',
      );
      expect(await settings(site, '/d/tell.php?ask=user_agent')).toEqual({ user_agent: 'mine' });
      expect(await settings(site, '/e/tell.php?ask=user_agent')).toEqual({ user_agent: 'mine' });
      expect(await settings(site, '/f/tell.php?ask=user_agent')).toEqual({ user_agent: '' });
    },
  );
});
