// The exports of a package, entry by entry, as API Extractor reads them from the built .d.ts files, with a TypeScript of
// its own; where each has its place in docs/api/.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompilerState, Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { ApiModel } from '@microsoft/api-extractor-model';

/** The entries of the package in `root`, in the order of its `exports`, and where names of types link to. */
export function readEntries(root) {
  const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const typed = Object.entries(exports).filter(([, target]) => target.types !== undefined);
  const scratch = mkdtempSync(join(tmpdir(), 'portico-api-'));
  try {
    const models = extract(
      root,
      typed.map(([, { types }]) => types),
      scratch,
    );
    const entries = typed.map(([path, { types }], at) => readEntry(root, name, path, types, models[at]));
    return { name, entries, linkTo: linksAmong(root, entries) };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function readEntry(root, name, path, types, modelFile) {
  const members = new ApiModel().loadPackage(modelFile).entryPoints[0].members;
  const items = new Map(members.map((item) => [item.canonicalReference.toString(), item]));
  const exported = members.filter((item) => item.isExported);
  const specifier = path === '.' ? name : `${name}${path.slice(1)}`;
  const slugOf = slugger();
  slugOf(specifier);
  return {
    path,
    specifier,
    page: `${path === '.' ? name : path.slice(2).replaceAll('/', '-')}.md`,
    placeOf: placesIn(root),
    sources: new Map(exported.map((item) => [item, sourceLink(root, item)])),
    about: firstComment(root, sourceOf(types.replace(/^\.\//, '')), specifier),
    exported,
    items,
    slugs: new Map(exported.map((item) => [item, slugOf(item.displayName)])),
  };
}

/** A file with the model of each of the declaration files, which are read together. */
function extract(root, files, scratch) {
  const configs = files.map((file, at) =>
    extractorConfig(root, file, files, join(scratch, `${at}.api.json`)),
  );
  const additionalEntryPoints = files.map((file) => join(root, file));
  const compilerState = CompilerState.create(configs[0], { additionalEntryPoints });
  return configs.map((config, at) => {
    const errors = [];
    Extractor.invoke(config, {
      compilerState,
      localBuild: true,
      messageCallback: (message) => {
        if (message.category === 'Compiler') errors.push(message.formatMessageWithLocation(root));
        message.handled = true;
      },
    });
    if (errors.length > 0) throw new Error(`${files[at]} cannot be read:\n${errors.join('\n')}`);
    return config.apiJsonFilePath;
  });
}

function extractorConfig(root, file, files, modelFile) {
  return ExtractorConfig.prepare({
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, file),
      newlineKind: 'lf',
      compiler: { overrideTsconfig: { compilerOptions: COMPILER_OPTIONS, files } },
      apiReport: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      docModel: { enabled: true, apiJsonFilePath: modelFile, includeForgottenExports: true },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, 'package.json'),
  });
}

const COMPILER_OPTIONS = {
  target: 'es2023',
  lib: ['es2023'],
  module: 'nodenext',
  moduleResolution: 'nodenext',
  types: ['node'],
  strict: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  noEmit: true,
};

/** Answers how far down in its file a member of a type is declared, which API Extractor does not tell. */
function placesIn(root) {
  const texts = new Map();
  return (member) => {
    const { fileUrlPath, excerpt } = member.parent;
    if (!texts.has(fileUrlPath)) texts.set(fileUrlPath, readFileSync(join(root, fileUrlPath), 'utf8'));
    const text = texts.get(fileUrlPath);
    const [line] = member.excerpt.text.split('\n');
    return text.indexOf(line, text.indexOf(excerpt.text));
  };
}

/** The source of a declaration file: `dist/a.d.ts` is made of `src/a.ts`. */
function sourceOf(declarations) {
  return declarations.replace(/^dist\//, 'src/').replace(/\.d\.ts$/, '.ts');
}

/** What the first lines of a file say, behind the name of the entry where they begin with that. */
function firstComment(root, file, specifier) {
  const [comment = ''] = readFileSync(join(root, file), 'utf8').match(/^(\/\/.*\n)+/) ?? [];
  const text = comment.replace(/^\/\/ ?/gm, '').trim();
  const prefix = `\`${specifier}\`: `;
  return text.startsWith(prefix) ? text[prefix.length].toUpperCase() + text.slice(prefix.length + 1) : text;
}

/**
 * Answers where a page links to for a reference to a type: its heading, on this page or on that of another entry; the
 * source of what is exported by none; undefined for what is not the package's own.
 */
function linksAmong(root, entries) {
  const homes = new Map();
  for (const entry of entries)
    for (const item of entry.exported) {
      const key = keyOf(item);
      if (!homes.has(key)) homes.set(key, { entry, item });
    }
  return (entry, reference) => {
    const item = entry.items.get(reference?.toString());
    if (item === undefined) return undefined;
    if (item.isExported) return `#${entry.slugs.get(item)}`;
    const home = homes.get(keyOf(item));
    if (home !== undefined) return `${home.entry.page}#${home.entry.slugs.get(home.item)}`;
    return sourceLink(root, item);
  };
}

/** The same for an item of two entries. API Extractor tells names apart by a number. */
function keyOf(item) {
  return `${item.fileUrlPath}#${item.displayName.replace(/_\d+$/, '')}`;
}

/** From a page to the file that declares the item, where the repository has it. */
function sourceLink(root, item) {
  const source = sourceOf(item.fileUrlPath ?? '');
  return existsSync(join(root, source)) ? `../../${source}` : undefined;
}

/** Anchors as GitHub makes them of headings, on one page. */
function slugger() {
  const counts = new Map();
  return (heading) => {
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
      .replaceAll(' ', '-');
    const count = counts.get(slug) ?? 0;
    counts.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  };
}
