// The generator of docs/api/, on a package of its own: what a page says of exports, their comments and members, where
// names link to, and what it complains of.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const generator = join(import.meta.dirname, '../../scripts/api-docs.mjs');

interface Reference {
  readonly pages: Readonly<Record<string, string>>;
  readonly faults: readonly string[];
}

let root: string;

function write(file: string, text: string): void {
  const path = join(root, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** `unfinished`: entries that may have exports without a comment. */
async function reference(unfinished: readonly string[] = []): Promise<Reference> {
  const program = `import { apiReference } from ${JSON.stringify(generator)};
    console.log(JSON.stringify(apiReference(${JSON.stringify(root)}, 'Made.', ${JSON.stringify(unfinished)})));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  return JSON.parse(stdout) as Reference;
}

/** The part of a page under a heading. */
function sectionOf(page: string | undefined, name: string): string {
  const [, section = ''] = page?.split(`\n## ${name}\n`) ?? [];
  return section.split('\n## ')[0]!.trim();
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'portico-api-test-'));
  symlinkSync(join(import.meta.dirname, '../../node_modules'), join(root, 'node_modules'));
  write(
    'package.json',
    JSON.stringify({
      name: 'inn',
      version: '1.0.0',
      type: 'module',
      exports: {
        '.': { types: './dist/index.d.ts', default: './dist/index.js' },
        './bar': { types: './dist/bar/index.d.ts', default: './dist/bar/index.js' },
        './package.json': './package.json',
      },
    }),
  );
  write('src/index.ts', '// The inn: rooms\n// and guests. Re-exports only.\n\nexport {};\n');
  write('src/room.ts', '');
  write('src/guest.ts', '');
  write('src/bar/index.ts', '// `inn/bar`: what is served.\n');
  write(
    'dist/index.d.ts',
    `export { type Book, findRoom, type Key, type Room, Suite, type rooms } from './room.ts';\n`,
  );
  write(
    'dist/room.d.ts',
    `import type { Guest } from './guest.ts';
/** A room. */
export interface Room {
    /** As in \`<Room>\`. */
    readonly name: string;
    /** Who sleeps in *it*; a <Guest> or not. */
    guest?: Guest | undefined;
    /** Opens it. See {@link findRoom}. */
    open(key: Key): Promise<void>;
}
/** What opens a room: \`a|b\`, or {KEY}. */
export type Key = 'a|b' | \`key-\${number}\`;
/** Rooms by \`T\`. */
export type Book<T extends string = string> = ReadonlyMap<T, readonly Room[]>;
/**
 * Finds a room. Never fails.
 *
 * @param book - where to look
 * @throws Nothing.
 * @example
 * \`\`\`ts
 * findRoom(book, 'blue');
 * \`\`\`
 */
export declare function findRoom<T extends string>(book: Book<T>, name?: T): Room | undefined;
/** A larger room. */
export declare class Suite implements Room {
    readonly name: string;
    guest?: Guest;
    #secret;
    /** With its name. */
    constructor(name: string);
    open(key: Key): Promise<void>;
    /** How many windows it has. */
    get windows(): number;
    /** The key that fits. */
    get key(): Key;
    set key(key: Key);
}
export declare const rooms: readonly Room[];
`,
  );
  write('dist/guest.d.ts', 'export interface Guest { readonly name: string }\n');
  write(
    'dist/bar/index.d.ts',
    `import type { Room } from '../room.ts';
/** Brings it up. */
export declare function serve(room: Room): void;
/** One who does. */
export interface Cook {
    (room: Room): void;
}
/** One who does. */
export type Serve = (room: Room) => void;
/** Asks for one. */
export declare function hire(by: Serve, { rooms }?: Wish): void;
/** What is asked for. */
export interface Wish {
    /** How many. */
    readonly rooms?: number;
}
/** What there is. */
export interface Drink { readonly name: string; }
`,
  );
});

afterAll(() => rmSync(root, { recursive: true }));

describe('the reference of a library', () => {
  let made: Reference;
  beforeAll(async () => {
    made = await reference();
  });

  test('has a page for every entry that has types, and one that lists them', () => {
    expect(Object.keys(made.pages)).toEqual(['api/README.md', 'api/inn.md', 'api/bar.md']);
    expect(made.pages['api/README.md']).toContain('| [`inn`](inn.md) | The inn: rooms and guests. |\n');
    expect(made.pages['api/README.md']).toContain('| [`inn/bar`](bar.md) | What is served. |\n');
  });

  test('begins a page with what the entry is and an index by kind', () => {
    const [head] = made.pages['api/inn.md']!.split('\n## ');
    expect(head).toBe(`# inn

The inn: rooms and guests. Made.

| Functions of \`inn\` | |
| --- | --- |
| [\`findRoom\`](#findroom) | Finds a room. |

| Classes of \`inn\` | |
| --- | --- |
| [\`Suite\`](#suite) | A larger room. |

| Interfaces of \`inn\` | |
| --- | --- |
| [\`Room\`](#room) | A room. |

| Types of \`inn\` | |
| --- | --- |
| [\`Book\`](#book) | Rooms by \`T\`. |
| [\`Key\`](#key) | What opens a room: \`a\\|b\`, or {KEY}. |

| Values of \`inn\` | |
| --- | --- |
| [\`rooms\`](#rooms) |  |
`);
  });

  test('tells a function with its parameters, what it answers and the blocks of its comment', () => {
    expect(sectionOf(made.pages['api/inn.md'], 'findRoom')).toBe(`Finds a room. Never fails.

Throws: Nothing.

Example:

\`\`\`ts
findRoom(book, 'blue');
\`\`\`

\`\`\`ts
function findRoom<T extends string>(book: Book<T>, name?: T): Room | undefined;
\`\`\`

| parameter | type |  |
| --- | --- | --- |
| \`book\` | [\`Book\`](#book)\`<T>\` | where to look |
| \`name?\` | \`T\` |  |

Returns [\`Room\`](#room) \`\\| undefined\`.

Source: [src/room.ts](../../src/room.ts)`);
  });

  test('tells members in the order of the source, with words and code that stand for themselves', () => {
    expect(sectionOf(made.pages['api/inn.md'], 'Room')).toBe(`A room.

\`\`\`ts
interface Room
\`\`\`

| member |  |
| --- | --- |
| \`readonly name: string\` | As in \`<Room>\`. |
| \`guest?:\` [\`Guest\`](../../src/guest.ts) \`\\| undefined\` | Who sleeps in \\*it\\*; a \\<Guest\\> or not. |
| \`open(key:\` [\`Key\`](#key)\`): Promise<void>\` | Opens it. See [\`findRoom\`](#findroom). |

Source: [src/room.ts](../../src/room.ts)`);
  });

  test('takes the comment of a member from what its class implements, and leaves private ones out', () => {
    expect(sectionOf(made.pages['api/inn.md'], 'Suite')).toBe(`A larger room.

\`\`\`ts
class Suite implements Room
\`\`\`

See [\`Room\`](#room).

| member |  |
| --- | --- |
| \`new Suite(name: string)\` | With its name. |
| \`readonly name: string\` | As in \`<Room>\`. |
| \`guest?:\` [\`Guest\`](../../src/guest.ts) | Who sleeps in \\*it\\*; a \\<Guest\\> or not. |
| \`readonly windows: number\` | How many windows it has. |
| \`key:\` [\`Key\`](#key) | The key that fits. |
| \`open(key:\` [\`Key\`](#key)\`): Promise<void>\` | Opens it. See [\`findRoom\`](#findroom). |

Source: [src/room.ts](../../src/room.ts)`);
  });

  test('links to the page of another entry', () => {
    expect(sectionOf(made.pages['api/bar.md'], 'serve')).toContain('| `room` | [`Room`](inn.md#room) |\n');
  });

  test('links to one of two headings that differ in case alone', () => {
    const page = made.pages['api/bar.md']!;
    const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(['Cook', 'Drink', 'hire', 'serve', 'Serve', 'Wish']);
    expect(sectionOf(page, 'hire')).toContain(
      '| `by` | [`Serve`](#serve-1) |\n| `input?` | [`Wish`](#wish) |\n',
    );
    expect(page).toContain('| [`serve`](#serve) | Brings it up. |\n');
  });

  test('names exports and members without a comment', () => {
    expect(made.faults).toEqual(['inn: rooms has no doc comment', 'inn/bar: Drink.name has no doc comment']);
  });
});

test('an entry may be unfinished as long as it is', async () => {
  write('dist/bar/index.d.ts', '/** Brings it up. */\nexport declare function serve(): void;\n');
  expect((await reference(['.', './bar'])).faults).toEqual([
    'inn/bar has all its comments: take it off the list of unfinished entries',
  ]);
});

test('an entry that is not built is an error that names it', async () => {
  rmSync(join(root, 'dist/index.d.ts'));
  await expect(reference()).rejects.toThrow(/does not exist.*dist\/index\.d\.ts/);
});
