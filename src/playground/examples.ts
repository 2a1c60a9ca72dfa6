// Examples to begin with: what people put into such files most, and what goes wrong with it.

import { type Draft, EMPTY_DRAFT } from './draft.ts';

export interface Example {
  readonly title: string;
  /** What to look at, in a sentence or two. */
  readonly hint: string;
  readonly draft: Draft;
}

interface Told extends Partial<Draft> {
  readonly title: string;
  readonly hint: string;
}

function example({ title, hint, ...fields }: Told): Example {
  return { title, hint, draft: { ...EMPTY_DRAFT, ...fields } };
}

export const EXAMPLES: readonly Example[] = [
  example({
    title: 'Pretty URLs: a front controller',
    hint: 'the two conditions let real files through (ask for /css/app.css). [L] ends one round only: the new path comes to the rules once more. The dot in the margin is a remark: this rule has a flaw.',
    url: 'http://www.example.com/articles/42',
    files: 'index.php\ncss/app.css',
    text: `RewriteEngine On

# What is there is sent as it is
RewriteCond %{REQUEST_FILENAME} !-f
RewriteCond %{REQUEST_FILENAME} !-d
RewriteRule ^(.*)$ index.php?path=$1 [L,QSA]
`,
  }),
  example({
    title: 'WordPress in a folder',
    hint: 'the rules see 2026/hello, without the folder, and RewriteBase puts it in front of index.php again. The first rule is what ends the second round.',
    folder: 'blog',
    url: 'http://www.example.com/blog/2026/hello',
    files: 'blog/index.php\nblog/wp-content/logo.png',
    text: `# BEGIN WordPress
<IfModule mod_rewrite.c>
RewriteEngine On
RewriteBase /blog/
RewriteRule ^index\\.php$ - [L]
RewriteCond %{REQUEST_FILENAME} !-f
RewriteCond %{REQUEST_FILENAME} !-d
RewriteRule . index.php [L]
</IfModule>
# END WordPress
`,
  }),
  example({
    title: 'An application behind one rule',
    hint: 'what the backend receives, byte for byte: the X-Forwarded lines are what the application should trust. /static/ never gets there.',
    kind: 'configuration',
    url: 'http://www.example.com/users/7?tab=all',
    headers: 'User-Agent: curl/8.5\nCookie: session=abc',
    files: '/srv/app/static/logo.svg',
    text: `ServerName www.example.com

RewriteEngine on
RewriteRule ^/static/(.*) /srv/app/static/$1 [last]
RewriteRule ^(.*) http://127.0.0.1:8000$1 [proxy]

<Directory /srv/app/static>
    Require all granted
</Directory>
`,
  }),
  example({
    title: 'Everything to https, behind a balancer',
    hint: 'the client has asked for https already. The balancer speaks http to this server, so %{HTTPS} is off, and the client is sent to where it is, for ever. The condition in the comment asks the balancer: put it in the place of the other.',
    url: 'http://www.example.com/shop/',
    headers: 'X-Forwarded-Proto: https',
    files: 'shop/index.html',
    text: `RewriteEngine On

# RewriteCond %{HTTP:X-Forwarded-Proto} !=https
RewriteCond %{HTTPS} !=on
RewriteRule ^ https://%{HTTP_HOST}%{REQUEST_URI} [R=301,L]
`,
  }),
  example({
    title: 'Trap: a RewriteBase from elsewhere',
    hint: 'the site was moved into /blog, and RewriteBase was not: index.php is looked for at the top. Write RewriteBase /blog/, or leave the line out.',
    folder: 'blog',
    url: 'http://www.example.com/blog/about',
    files: 'blog/index.php',
    text: `RewriteEngine On
RewriteBase /
RewriteCond %{REQUEST_FILENAME} !-f
RewriteRule ^(.+)$ index.php?page=$1 [L]
`,
  }),
  example({
    title: 'Trap: a loop',
    hint: 'what the rule makes matches the rule again. [L] does not help, as it ends one round only; [END] does.',
    url: 'http://www.example.com/a',
    files: 'page/a',
    text: `RewriteEngine On
RewriteRule ^(.*)$ page/$1 [L]
`,
  }),
  example({
    title: 'Trap: [P] without a slash',
    hint: 'nothing stands between the port and $1, so the client chooses the host: this one asks attacker.example, with 127.0.0.1:8000 as a user name. Apache goes there; portico answers 403. The remark says what to write.',
    url: 'http://www.example.com/@attacker.example/',
    text: `RewriteEngine On
RewriteRule ^(.*)$ http://127.0.0.1:8000$1 [P,L]
`,
  }),
  example({
    title: 'Pictures for this site only',
    hint: 'the Referer of the request is another site, so the picture is refused. Take the header line away: whoever sends none gets it.',
    url: 'http://www.example.com/images/cat.jpg',
    headers: 'Referer: https://elsewhere.example/board',
    files: 'images/cat.jpg',
    text: `RewriteEngine On
RewriteCond %{HTTP_REFERER} !^$
RewriteCond %{HTTP_REFERER} !^https?://(www\\.)?example\\.com/ [NC]
RewriteRule \\.(jpe?g|png|gif|webp)$ - [F,NC]
`,
  }),
  example({
    title: 'How long browsers keep things',
    hint: 'the header lines of the answer. Ask for /index.html and for /about: each has another life.',
    url: 'http://www.example.com/assets/app.4f2a9c.js',
    files: 'index.html\nabout\nassets/app.4f2a9c.js',
    text: `ExpiresActive On
ExpiresDefault "access plus 5 minutes"
ExpiresByType text/html "access plus 0 seconds"

<FilesMatch "\\.[0-9a-f]{6}\\.(js|css)$">
    ExpiresDefault "access plus 1 year"
    Header append Cache-Control immutable
</FilesMatch>

Header set X-Content-Type-Options nosniff
`,
  }),
  example({
    title: 'Old addresses, with their query',
    hint: 'a pattern sees no query: the condition does, and hands it on as %1. [QSD] drops the old query. Follow the redirect.',
    url: 'http://www.example.com/product.php?id=42',
    files: 'products/42/index.html',
    text: `RewriteEngine On

RewriteCond %{QUERY_STRING} ^id=(\\d+)$
RewriteRule ^product\\.php$ /products/%1/ [R=301,L,QSD]

Redirect 301 /shop.html /products/
`,
  }),
  example({
    title: 'Who may come in',
    hint: 'the client’s address decides: give it 10.1.2.3. The refusal has a page of its own, which is one more way through the rules.',
    url: 'http://www.example.com/admin/',
    remote: '192.0.2.7',
    files: 'admin/index.html\nsorry.html',
    text: `ErrorDocument 403 /sorry.html

<If "%{REQUEST_URI} =~ m#^/admin/#">
    Require ip 10.0.0.0/8
</If>
`,
  }),
  example({
    title: 'What an upgrade of Apache breaks',
    hint: 'this answers as 2.4.54, where a space went through. Since 2.4.56 it is 403: choose 2.4.71 above. The flag [B] mends it.',
    kind: 'configuration',
    url: 'http://www.example.com/find/red%20shoes',
    apache: '2.4.54',
    text: `ServerName www.example.com

RewriteEngine On
RewriteRule ^/find/(.*)$ http://127.0.0.1:8000/search?q=$1 [P]
`,
  }),
  example({
    title: 'Your own: an empty page',
    hint: 'paste your .htaccess or configuration, write a URL, and name the files that exist: conditions such as -f and -d look at them.',
    url: 'http://www.example.com/',
  }),
];
