// What is wrong with a text, what of it is not run, and rules that lead to each other.
import { check, compile, drawDiagnostic, RewriteSyntaxError } from 'portico/rewrite';

try {
  compile('RewriteEngine On\nRewriteRule ^shop/(.* /store/$1 [L]\n', { file: 'public/.htaccess' });
} catch (error) {
  if (!(error instanceof RewriteSyntaxError)) throw error;
  console.log(error.message);
}

console.log();
for (const diagnostic of check('RewriteEngine On\nHeader set X-Frame-Options DENY\n'))
  console.log(drawDiagnostic(diagnostic));

console.log();
const engine = compile('RewriteEngine On\nRewriteRule ^a$ /b [L]\nRewriteRule ^b$ /a [L]\n');
const result = engine.evaluate({ url: '/a' });
if (result.kind === 'loop')
  for (const { file, line, text } of result.cycle) console.log(`${file}:${line}: ${text}`);
