// Questions whose answers need what Node gives and a browser does not: bytes, hashes, compression, time, passwords.
import type { PlayQuestion } from '../../src/tools/playground/play.ts';
import { PLAIN } from './questions.ts';

const ADMIN: readonly (readonly [string, string])[] = [
  ['Authorization', `Basic ${Buffer.from('admin:secret').toString('base64')}`],
];

function closed(hash: string): PlayQuestion {
  return {
    ...PLAIN,
    text: 'AuthType Basic\nAuthName "the back room"\nAuthUserFile /etc/users\nRequire valid-user\n',
    files: `a.txt\n/etc/users: admin:${hash}`,
    url: '/a.txt',
    headers: ADMIN,
  };
}

export const BROWSER_QUESTIONS: readonly PlayQuestion[] = [
  { ...PLAIN, text: 'FileETag Digest\n', url: '/a.txt', files: 'a.txt: über' },
  {
    ...PLAIN,
    text: 'Header set X-Sums "expr=%{md5:a} %{sha1:%{REQUEST_URI}} %{base64:ü}"\n',
    url: '/a.txt',
    files: 'a.txt',
  },
  {
    ...PLAIN,
    text: 'AddOutputFilterByType DEFLATE text/plain\n',
    url: '/a.txt',
    files: `a.txt: ${'all work and no play '.repeat(20)}`,
    headers: [['Accept-Encoding', 'gzip, deflate, br']],
  },
  closed('$apr1$saltsalt$LrttParrLPdxvgutaSXWJ0'),
  closed('{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ='),
  closed('secret'),
  {
    ...PLAIN,
    kind: 'configuration',
    text: [
      'DocumentRoot /srv/www',
      '<Directory /srv/www>',
      'Require all granted',
      'AllowOverride All',
      '</Directory>',
      'RewriteEngine On',
      'RewriteMap old txt:/srv/old.txt',
      'RewriteCond ${old:$1|none} !=none',
      'RewriteRule ^/(.*)$ ${old:$1} [R=301]',
    ].join('\n'),
    files: 'index.html\n/srv/old.txt:\n  one /first\n  zwölf /twelfth',
    url: '/zwölf',
  },
  {
    ...PLAIN,
    kind: 'configuration',
    text: '<Proxy balancer://app>\nBalancerMember http://127.0.0.1:8001\nBalancerMember http://127.0.0.1:8002\n</Proxy>\nProxyPass / balancer://app/\n',
    url: '/shop?q=1',
    method: 'POST',
  },
  {
    ...PLAIN,
    kind: 'configuration',
    text: 'SSLProxyEngine On\nSSLProxyCipherSuite HIGH\nProxyPass / https://backend.test/ enablereuse=on\n',
    url: '/',
  },
  {
    ...PLAIN,
    kind: 'configuration',
    text: 'DocumentRoot /srv\n<Directory /srv>\nRequire all granted\nOptions +ExecCGI\nAddHandler cgi-script .pl\n</Directory>\n',
    files: 'run.pl',
    url: '/run.pl?a=1',
  },
  {
    ...PLAIN,
    text: 'Options +Includes\nAddOutputFilter INCLUDES .shtml\nAddType text/html .shtml\n',
    files: 'a.shtml: <!--#include virtual="b.txt" --><!--#echo var="REQUEST_URI" -->\nb.txt',
    url: '/a.shtml',
  },
  { ...PLAIN, text: 'RewriteEngine On\nRewriteCond %{TIME_YEAR} >2000\nRewriteRule ^ - [R=410]\n', url: '/' },
  {
    ...PLAIN,
    text: 'Substitute s/über/unter/\nSetOutputFilter SUBSTITUTE\n',
    files: 'a.html: über',
    url: '/a.html',
  },
  {
    ...PLAIN,
    text: 'SetEnvIf Cookie "theme=(\\w+)" THEME=$1\nHeader set X-Theme %{THEME}e env=THEME\n<If "%{HTTP_COOKIE} =~ /dark/">\nErrorDocument 404 "dark"\n</If>\n',
    headers: [['Cookie', 'theme=dark']],
    url: '/none',
  },
];

interface Unanswerable {
  readonly question: Partial<PlayQuestion>;
  readonly problem: string;
}

export const UNANSWERABLE: readonly Unanswerable[] = [
  { question: closed('$2y$05$abcdefghijklmnopqrstuuO0eGbSxI2mnGMFGcXVdeTnQHI4HCIO6'), problem: 'bcrypt' },
  {
    question: { text: 'Require host example.com\n', remote: '192.0.2.1' },
    problem: 'look up the name of an address',
  },
  {
    question: {
      kind: 'configuration',
      text: 'SSLProxyEngine On\nSSLProxyCACertificateFile /a.pem\nProxyPass / https://a.test/\n',
      files: '/a.pem:\n  -----BEGIN CERTIFICATE-----\n  AAAA\n  -----END CERTIFICATE-----',
    },
    problem: 'read certificates',
  },
];
