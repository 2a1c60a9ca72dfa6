// Error pages, expiry, compression and types: lines that do not do what they are there for.

import { blocksIn, homeOf, type Line, linesNamed } from '../blocks.ts';
import { type Check, config, htaccess } from '../check.ts';

const document401: Check = {
  id: 'error-document-401-url',
  severity: 'error',
  title: 'ErrorDocument 401 leads to a URL',
  why: 'A browser asks for a password only when it gets the 401 itself; a redirect hides it. Apache ignores the line (AH00113).',
  mend: 'Write a path of this server: ErrorDocument 401 /login-failed.html',
  bad: [htaccess('ErrorDocument 401 https://www.example.com/login')],
  good: [htaccess('ErrorDocument 401 /login-failed.html')],
  run(target, report) {
    for (const line of target.lines)
      if (line.name === 'errordocument' && line.words[0] === '401' && isUrl(line))
        report(line, { message: 'a URL cannot stand in for 401: nobody would be asked for a password' });
  },
};

function isUrl({ words }: Line): boolean {
  return /^https?:\/\//i.test(words[1] ?? '');
}

const documentUrl: Check = {
  id: 'error-document-url',
  severity: 'warning',
  title: 'An error page is a redirect',
  why: 'With a whole URL the client gets 302 and then 200: robots keep addresses that do not exist, programs take the failure for success, and the page does not know what was asked for.',
  mend: 'Write the path alone: ErrorDocument 404 /not-found.html',
  bad: [htaccess('ErrorDocument 404 https://www.example.com/not-found.html')],
  good: [htaccess('ErrorDocument 404 /not-found.html')],
  run(target, report) {
    for (const line of target.lines) {
      if (line.name !== 'errordocument' || line.words[0] === '401' || !isUrl(line)) continue;
      const path = (line.words[1] ?? '').replace(/^https?:\/\/[^/]*/i, '') || '/';
      report(line, {
        message: `${line.words[0]} becomes a redirect to ${line.words[1]}`,
        hint: `Write ErrorDocument ${line.words[0]} ${path}, if the page is of this server`,
      });
    }
  },
};

const expires: Check = {
  id: 'expires-inactive',
  severity: 'warning',
  title: 'ExpiresActive is not on',
  why: 'ExpiresByType and ExpiresDefault do nothing before ExpiresActive On.',
  mend: 'Write ExpiresActive On above them.',
  bad: [htaccess('ExpiresByType image/png "access plus 1 month"')],
  good: [htaccess('ExpiresActive On\nExpiresByType image/png "access plus 1 month"')],
  run(target, report) {
    for (const home of target.blocks.filter((block) => homeOf(block) === block)) {
      const own = blocksIn(home).filter((block) => homeOf(block) === home);
      const around =
        home === target.root
          ? own
          : [...own, ...blocksIn(target.root).filter((block) => homeOf(block) === target.root)];
      const [first] = own.flatMap((block) => linesNamed(block, 'expiresbytype', 'expiresdefault'));
      if (first !== undefined && !around.some((block) => linesNamed(block, 'expiresactive').length > 0))
        report(first, { message: 'no ExpiresActive On is in force: the line does nothing' });
    }
  },
};

const COMPRESSED =
  /^(?:image\/(?:jpe?g|png|gif|webp|avif|\*)|video\/|audio\/|application\/(?:zip|gzip|x-gzip|x-7z-compressed|x-rar-compressed|pdf)|font\/woff2?|application\/(?:x-)?font-woff2?)/i;

const deflate: Check = {
  id: 'deflate-compressed',
  severity: 'warning',
  title: 'What is compressed already is compressed again',
  why: 'Pictures, films, archives and web fonts get no smaller: each request costs processor time, and ranges no longer work.',
  mend: 'Name the types of text only: text/html text/css text/javascript application/json image/svg+xml',
  bad: [htaccess('AddOutputFilterByType DEFLATE text/html image/jpeg image/png')],
  good: [htaccess('AddOutputFilterByType DEFLATE text/html text/css image/svg+xml')],
  run(target, report) {
    for (const line of target.lines) {
      const [filter = '', ...types] = line.words;
      if (line.name !== 'addoutputfilterbytype' || !/deflate|brotli/i.test(filter)) continue;
      const found = types.filter((type) => COMPRESSED.test(type));
      if (found.length > 0)
        report(line, {
          message: `${found.join(', ')} ${found.length === 1 ? 'is' : 'are'} compressed already`,
        });
    }
  },
};

const anyExtension: Check = {
  id: 'handler-by-any-extension',
  severity: 'warning',
  title: 'Any extension of a name makes it a program',
  why: 'AddHandler and AddType look at every extension: an uploaded picture.php.jpg is run as PHP.',
  mend: 'Write <FilesMatch "\\.php$"> with SetHandler in it.',
  bad: [
    htaccess('AddHandler application/x-httpd-php .php'),
    config('AddType application/x-httpd-php .php .phtml'),
  ],
  good: [config('<FilesMatch "\\.php$">\nSetHandler application/x-httpd-php\n</FilesMatch>')],
  run(target, report) {
    for (const line of target.lines) {
      const [handler = '', extension = ''] = line.words;
      if (line.name !== 'addhandler' && line.name !== 'addtype') continue;
      if (!/php|fcgi/i.test(handler) || /-source$/i.test(handler)) continue;
      report(line, {
        message: `a file named picture.${extension.replace(/^\./, '')}.jpg is run by ${handler}`,
      });
    }
  },
};

export const pages: readonly Check[] = [document401, documentUrl, expires, deflate, anyExtension];
