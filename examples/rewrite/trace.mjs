// Why a rule did not do what it was meant to: the steps, in Apache's words.
import { compile, printTrace } from 'portico/rewrite';

const engine = compile(`RewriteEngine On
RewriteCond %{HTTP_HOST} !^www\\. [NC]
RewriteRule ^/(.*)$ https://www.%{HTTP_HOST}/$1 [R=301,L]
`);

const { kind, trace } = engine.evaluate({ url: '/page', headers: { host: 'example.com' } }, { trace: true });
console.log(kind);
console.log(printTrace(trace));
