// A .htaccess file is compiled, and asked about some requests.
import { compile, memoryFiles } from 'portico/rewrite';

const engine = compile(
  `RewriteEngine On
RewriteRule ^old/(.*)$ /new/$1 [R=301,L]
RewriteRule ^api/(.*)$ http://127.0.0.1:8000/$1 [P]
RewriteRule ^private - [F]
RewriteRule ^index\\.php$ - [L]
RewriteCond %{REQUEST_FILENAME} !-f
RewriteCond %{REQUEST_FILENAME} !-d
RewriteRule . /index.php [L]
`,
  { documentRoot: '/srv/www', files: memoryFiles(['/srv/www/index.php', '/srv/www/style.css']) },
);

for (const url of ['/old/page?x=1', '/api/users', '/private', '/style.css', '/blog/first'])
  console.log(url, '->', show(engine.evaluate({ url, headers: { host: 'www.example.com' } })));

/** @param {import('portico/rewrite').RewriteResult} result */
function show(result) {
  switch (result.kind) {
    case 'unchanged':
    case 'rewritten':
      return `${result.kind}: ${result.url} is ${result.file}`;
    case 'redirect':
      return `redirect: ${result.status} ${result.location}`;
    case 'proxy':
      return `proxy: ${result.url}`;
    case 'status':
      return `status: ${result.status}`;
    case 'file':
      return `file: ${result.file}`;
    case 'loop':
      return `loop: ${result.cycle.map(({ file, line }) => `${file}:${line}`).join(', ')}`;
  }
}
