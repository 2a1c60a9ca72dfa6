// Every link of the documents leads somewhere: to a file of the repository, and where it names one, to a heading in it.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

function markdownBeneath(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
}

const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...['docs', 'bench', 'examples', 'test'].flatMap(markdownBeneath),
];

/** What of a page is neither a block of code nor a code span: there a link is no link. */
function prose(page: string): string {
  return readFileSync(join(root, page), 'utf8')
    .replace(/^( *)(`{3,}).*\n[\s\S]*?^\1\2`*$/gm, '')
    .replace(/(?<!\\)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, (span) => span.replace(/[[\]()]/g, '_'));
}

function linksOf(page: string): string[] {
  return [...prose(page).matchAll(/\]\(<?([^()\s>]+(?:\([^()\s]*\)[^()\s]*)?)>?(?: "[^"]*")?\)/g)].map(
    ([, target]) => target!,
  );
}

/** The text of a heading as it is shown, as GitHub turns it into an anchor: the second of a kind gets `-1`. */
function anchorsOf(page: string): Set<string> {
  const text = readFileSync(join(root, page), 'utf8').replace(/^( *)(`{3,}).*\n[\s\S]*?^\1\2`*$/gm, '');
  const counts = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading] of text.matchAll(/^#{1,6} +(.*?) *#*$/gm)) {
    const slug = heading!
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
      .replaceAll(' ', '-');
    const count = counts.get(slug) ?? 0;
    counts.set(slug, count + 1);
    anchors.add(count === 0 ? slug : `${slug}-${count}`);
  }
  return anchors;
}

/** Why a link leads nowhere; undefined when it does not, or leads out of the repository. */
function faultOf(page: string, link: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(link)) return undefined;
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : relative(root, join(root, dirname(page), decodeURIComponent(path)));
  if (target.startsWith('..')) return 'leads out of the repository';
  if (!existsSync(join(root, target))) return 'leads to no file';
  if (anchor === undefined) return undefined;
  if (!target.endsWith('.md') || statSync(join(root, target)).isDirectory())
    return 'has an anchor in no page';
  return anchorsOf(target).has(anchor) ? undefined : 'leads to no heading';
}

describe('links of the documents', () => {
  test('are looked at', () => {
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/directives.md', 'docs/api/README.md']));
    expect(linksOf('docs/directives.md').length).toBeGreaterThan(200);
  });

  test('lead from README.md to every page of docs/', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      for (const link of linksOf(page)) {
        const target = relative(root, join(root, dirname(page), link.replace(/#.*/, '')));
        if (target.startsWith('docs/') && pages.includes(target)) reached.add(target);
      }
    }
    expect(pages.filter((page) => page.startsWith('docs/') && !reached.has(page))).toEqual([]);
  });

  test('lead to files and headings that are there', () => {
    const faults = pages.flatMap((page) =>
      linksOf(page).flatMap((link) => {
        const fault = faultOf(page, link);
        return fault === undefined ? [] : [`${page}: ${link} ${fault}`];
      }),
    );
    expect(faults).toEqual([]);
  });
});
