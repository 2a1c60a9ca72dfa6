// Questions that would keep an engine without bounds busy, or end it.
import type { PlayQuestion } from '../../src/tools/playground/play.ts';

export interface HostileQuestion {
  readonly name: string;
  readonly question: Partial<PlayQuestion>;
  /** The problem, or the outcome as JSON. */
  readonly comesTo: RegExp;
}

function lines(count: number, line: (at: number) => string): string {
  return Array.from({ length: count }, (_, at) => `${line(at)}\n`).join('');
}

function rules(...text: readonly string[]): { readonly text: string } {
  return { text: `RewriteEngine On\n${text.join('\n')}\n` };
}

const MACROS = `<Macro A>\n${'Use B\n'.repeat(100)}</Macro>\n<Macro B>\n${'Use C\n'.repeat(100)}</Macro>\n<Macro C>\n${'Listen 80\n'.repeat(100)}</Macro>\nUse A\n`;

export const HOSTILE: readonly HostileQuestion[] = [
  { name: 'a loop of redirects', question: rules('RewriteRule ^(.*)$ /x/$1'), comesTo: /AH00124/ },
  {
    name: 'a loop of [N]',
    question: { ...rules('RewriteRule ^(.*)$ $1 [N]'), url: '/a' },
    comesTo: /AH02596/,
  },
  {
    name: 'a loop that grows',
    question: rules('RewriteRule ^(.*)$ x$1 [N]'),
    comesTo: /exceeded maximum length/,
  },
  {
    name: 'a loop of [N] that may take its time',
    question: rules('RewriteRule ^(.*)$ $1 [N=1000000000]'),
    comesTo: /do not come to an end/,
  },
  {
    name: 'catastrophic patterns',
    question: {
      ...rules(
        'RewriteRule ^(a+)+$ /x [L]',
        'RewriteRule ^(a|aa)+$ /x [L]',
        'RewriteRule ^(a*)*\\1b$ /x [L]',
      ),
      url: `/${'a'.repeat(5000)}!`,
    },
    comesTo: /"status":403/,
  },
  {
    name: 'a pattern that is multiplied',
    question: rules('RewriteRule ((((a{1,1000}){1,1000}){1,1000}){1,1000}) /x'),
    comesTo: /AH00128|File does not exist|"status"/,
  },
  {
    name: 'a pattern that nests deeply',
    question: rules(`RewriteRule "${'('.repeat(20_000)}a${')'.repeat(20_000)}" /x`),
    comesTo: /cannot compile regular expression/,
  },
  {
    name: 'a pattern of very many branches',
    question: rules(`RewriteRule ${'a|b'.repeat(30_000)} /x`),
    comesTo: /too large|"status"/,
  },
  {
    name: 'an expression that nests deeply',
    question: { text: `<If "${'('.repeat(20_000)}true${')'.repeat(20_000)}">\n</If>\n` },
    comesTo: /nested too deeply/,
  },
  {
    name: 'sections that nest deeply',
    question: { text: `${'<If true>\n'.repeat(3000)}${'</If>\n'.repeat(3000)}` },
    comesTo: /100 deep/,
  },
  { name: 'a long comment', question: { text: `# ${'x'.repeat(900_000)}\n` }, comesTo: /"status":40/ },
  {
    name: 'very many unknown lines',
    question: { text: 'Foo bar\n'.repeat(3000) },
    comesTo: /Invalid command/,
  },
  {
    name: 'very many rules',
    question: rules(lines(1500, (at) => `RewriteRule ^p${at}/(.*)$ /q${at}/$1 [R=301,L]`)),
    comesTo: /"status":40/,
  },
  {
    name: 'very many hosts',
    question: {
      kind: 'configuration',
      text: lines(1000, (at) => `<VirtualHost *:80>\nServerName h${at}.test\n</VirtualHost>`),
    },
    comesTo: /"status":40/,
  },
  { name: 'macros of macros', question: { kind: 'configuration', text: MACROS }, comesTo: /uses of macros/ },
  {
    name: 'a file that includes itself',
    question: { kind: 'configuration', text: 'Include /a.conf\n', files: '/a.conf: Include /a.conf' },
    comesTo: /maximum include depth/,
  },
  {
    name: 'names that double',
    question: {
      kind: 'configuration',
      text: `Define A0 xxxxxxxxxx\n${lines(30, (at) => `Define A${at + 1} \${A${at}}\${A${at}}`)}ServerName \${A30}\n`,
    },
    comesTo: /Line too long/,
  },
  {
    name: 'ten thousand files',
    question: {
      ...rules('RewriteCond %{REQUEST_FILENAME} !-f', 'RewriteRule ^ /d7/e0/file7.html [L]'),
      url: '/a',
      files: lines(10_000, (at) => `d${at % 100}/e${at % 7}/file${at}.html`),
    },
    comesTo: /file7\.html/,
  },
  {
    name: 'a listing of ten thousand files',
    question: { text: 'Options +Indexes\n', url: '/d/', files: lines(10_000, (at) => `d/file${at}.html`) },
    comesTo: /"autoindex"/,
  },
  { name: 'a NUL', question: rules('RewriteRule a\0 b'), comesTo: /NUL byte/ },
  {
    name: 'halves of characters',
    question: { ...rules('RewriteRule ^\ud800 /b'), url: '/\udfff' },
    comesTo: /"status":404/,
  },
  { name: 'a list of blanks', question: { files: ' '.repeat(1_900_000) }, comesTo: /"status":40/ },
  { name: 'a list of colons', question: { files: ': '.repeat(900_000) }, comesTo: /"status":40/ },
  {
    name: 'very many fields',
    question: { headers: Array.from({ length: 10_000 }, (_, at) => [`X-${at}`, 'v'] as const) },
    comesTo: /"status":400/,
  },
];
