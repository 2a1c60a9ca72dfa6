// Questions as people type them into the playground.
import type { PlayQuestion } from '../../src/tools/playground/play.ts';

export const PLAIN: PlayQuestion = {
  kind: 'htaccess',
  text: '',
  folder: '',
  url: '/',
  method: '',
  headers: [],
  remote: '',
  files: '',
  apache: '',
};

function htaccess(lines: readonly string[], more: Partial<PlayQuestion>): PlayQuestion {
  return { ...PLAIN, text: lines.map((line) => `${line}\n`).join(''), ...more };
}

const FRONT = [
  'RewriteEngine On',
  'RewriteBase /',
  'RewriteRule ^index\\.php$ - [L]',
  'RewriteCond %{REQUEST_FILENAME} !-f',
  'RewriteCond %{REQUEST_FILENAME} !-d',
  'RewriteRule . /index.php [L]',
];

/** Files have no contents of their own here, so that they can be laid out on a disk, too. */
export const HTACCESS_QUESTIONS: readonly PlayQuestion[] = [
  htaccess(FRONT, { url: '/hello/world?page=2', files: 'index.php\nstyle.css' }),
  htaccess(FRONT, { url: '/style.css', files: 'index.php\nstyle.css' }),
  htaccess(['Options +MultiViews', 'AddLanguage de .de'], {
    url: '/page',
    files: 'page.html.de\npage.html.en',
  }),
  htaccess(['DirectoryIndex start.html', 'ErrorDocument 404 /gone.html'], {
    url: '/sub/nothing',
    files: 'start.html\ngone.html',
  }),
  htaccess(['FallbackResource /app.php'], { url: '/blog/über', files: 'app.php' }),
  htaccess(['Require ip 192.0.2.0/24', 'ErrorDocument 403 "keep out'], { url: '/a.txt', files: 'a.txt' }),
  htaccess(
    [
      'Header always set X-Frame-Options DENY',
      'Header set Cache-Control "max-age=60" "expr=%{REQUEST_URI} =~ /txt/"',
    ],
    {
      url: '/a.txt',
      files: 'a.txt',
    },
  ),
  htaccess(['RewriteEngine On', 'RewriteRule ^(.*)$ http://127.0.0.1:8000/$1 [P]'], {
    url: '/api/caf%C3%A9?x=1',
    headers: [['Cookie', 'a=ü']],
  }),
  htaccess(
    [
      'RewriteEngine On',
      'RewriteCond %{HTTPS} off',
      'RewriteRule ^ https://%{HTTP_HOST}%{REQUEST_URI} [R=301,L]',
    ],
    {
      url: 'http://shop.test/a',
    },
  ),
  htaccess(['RewriteEngine On', 'RewriteRule ^(.*)$ sub/$1'], { url: '/x' }),
  htaccess(['RewriteEngine On', 'RewriteRule ^find/(.*)$ /list?q=$1 [R]'], {
    url: '/find/a%20b',
    apache: '2.4.54',
  }),
  htaccess(['RewriteEngine On', 'RewriteRule ^(a /b'], { url: '/a' }),
  htaccess(['Options +Indexes', 'IndexOptions FancyIndexing'], {
    url: '/dir/',
    files: 'dir/b.txt\ndir/a.png',
  }),
];
