// Conditions that ask for a file by a name that is not one.

import type { Condition } from '../../../rules/index.ts';
import type { Line } from '../blocks.ts';
import { type Check, config, htaccess } from '../check.ts';
import { keyOf, variableOf } from '../values.ts';
import { eachRule } from './rule-checks.ts';

function askedFor({ subject, test }: Condition): string | undefined {
  const variable = test.kind === 'file' ? variableOf(subject) : undefined;
  return variable && keyOf(variable);
}

const inServer: Check = {
  id: 'file-test-before-mapping',
  severity: 'error',
  title: "A server's rule asks for a file before there is a file name",
  why: 'Outside of directories %{REQUEST_FILENAME} is still the path of the URL: -f and -d look for /page.html at the root of the disk. !-f is true for every request, so that images and style sheets are rewritten, too.',
  mend: 'Write %{DOCUMENT_ROOT}%{REQUEST_URI}, or move the rules into <Directory>.',
  bad: [
    config(
      'RewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteCond %{REQUEST_FILENAME} !-d\nRewriteRule ^ /index.html [L]',
    ),
  ],
  good: [
    config('RewriteEngine On\nRewriteCond %{DOCUMENT_ROOT}%{REQUEST_URI} !-f\nRewriteRule ^ /index.html [L]'),
    config(
      '<Directory /srv/www>\nRewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^ /index.html [L]\n</Directory>',
    ),
  ],
  run(target, report) {
    eachRule(target, ({ rule }, { context }) => {
      if (context !== 'server') return;
      for (const condition of rule.conditions) {
        const name = askedFor(condition);
        if (name !== 'REQUEST_FILENAME' && name !== 'SCRIPT_FILENAME') continue;
        report(condition.place as Line, {
          message: `%{${name}} is the path of the URL here: ${condition.text} looks at the root of the disk`,
        });
      }
    });
  },
};

const ofUrl: Check = {
  id: 'file-test-of-url',
  severity: 'error',
  title: 'A test for a file is given the path of the URL',
  why: '-f, -d and their kin look at the file system: /page.html at the root of the disk is not the page of that address.',
  mend: 'Write %{REQUEST_FILENAME} in a directory, %{DOCUMENT_ROOT}%{REQUEST_URI} elsewhere.',
  bad: [htaccess('RewriteEngine On\nRewriteCond %{REQUEST_URI} !-f\nRewriteRule ^ index.php [L]')],
  good: [htaccess('RewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^ index.php [L]')],
  run(target, report) {
    eachRule(target, ({ rule }) => {
      for (const condition of rule.conditions)
        if (askedFor(condition) === 'REQUEST_URI')
          report(condition.place as Line, {
            message: `${condition.text} looks for the path of the URL at the root of the disk`,
          });
    });
  },
};

export const fileTests: readonly Check[] = [inServer, ofUrl];
