// Random patterns with subjects for scripts/record-pcre.mjs, the same for the same seed. Every construct of the
// language takes its turn as the one a pattern is about; what stands around it is drawn.

/** `count` blocks of a pattern, its flags and `subjects` subjects each. */
export function generateBlocks(seed, count, subjects) {
  const random = generator(seed);
  const blocks = [];
  const seen = new Set();
  while (blocks.length < count) {
    const focus = FOCUSES[blocks.length % FOCUSES.length];
    const maker = new Maker(random);
    const node = maker.pattern(focus);
    const flags = random.chance(8) ? random.pick(['i', 'm', 'x', 'S', 'E', 'im', 'SE', 'ix']) : '';
    const key = `${flags} ${node.text}`;
    if (node.text.length > 60 || /\n/.test(node.text) || seen.has(key)) continue;
    seen.add(key);
    blocks.push({ pattern: node.text, flags, subjects: subjectsFor(node, subjects, random) });
  }
  return blocks;
}

/** Mulberry32: small, and the same on every machine. */
function generator(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit) => Math.floor(next() * limit);
  return { below, chance: (oneIn) => below(oneIn) === 0, pick: (list) => list[below(list.length)] };
}

/** A node is its source and a way to draw a text it may match. */
const fixed = (text, ...samples) => ({ text, sample: (random) => random.pick(samples) });

const LETTERS = ['a', 'b', 'c', 'A', 'B', '1', '/'];
const ESCAPES = [
  fixed('\\d', '1', '0'),
  fixed('\\D', 'a', '/'),
  fixed('\\w', 'a', 'B', '1', '_'),
  fixed('\\W', '/', ' ', '-'),
  fixed('\\s', ' ', '\t', '\n'),
  fixed('\\S', 'a', '/'),
  fixed('\\h', ' ', '\t'),
  fixed('\\H', 'a', '\n'),
  fixed('\\v', '\n', '\r'),
  fixed('\\V', 'a', ' '),
  fixed('\\N', 'a', ' '),
  fixed('\\R', '\n', '\r\n', '\r'),
  fixed('\\x61', 'a'),
  fixed('\\x{62}', 'b'),
  fixed('\\o{141}', 'a'),
  fixed('\\061', '1'),
  fixed('\\t', '\t'),
  fixed('\\.', '.'),
  fixed('\\/', '/'),
  fixed('\\xe9', '\xe9'),
];
const CLASSES = [
  fixed('[ab]', 'a', 'b'),
  fixed('[^a]', 'b', '1', '\n'),
  fixed('[a-c]', 'a', 'b', 'c'),
  fixed('[^/]', 'a', '1'),
  fixed('[]a]', ']', 'a'),
  fixed('[^]a]', 'b'),
  fixed('[a-]', 'a', '-'),
  fixed('[\\d/]', '1', '/'),
  fixed('[^\\w]', ' ', '/'),
  fixed('[\\-a]', '-', 'a'),
  fixed('[A-Za-z0-9_.-]', 'a', 'B', '1', '-'),
  fixed('[\\Qa-c\\E]', 'a', '-', 'c'),
  fixed('[\\x61-\\x63]', 'b'),
  fixed('[\\h\\n]', ' ', '\n'),
  fixed('[\xe0-\xff]', '\xe9'),
];
const POSIX_NAMES = [
  ['alpha', 'a', 'B'],
  ['digit', '1'],
  ['alnum', 'a', '1'],
  ['upper', 'A'],
  ['lower', 'a'],
  ['space', ' ', '\n'],
  ['blank', ' ', '\t'],
  ['punct', '/', '-'],
  ['xdigit', 'a', '1'],
  ['word', 'a', '_'],
  ['print', 'a', ' '],
  ['graph', 'a', '/'],
  ['cntrl', '\n', '\t'],
  ['ascii', 'a', '1'],
];
const POSIX = POSIX_NAMES.flatMap(([name, ...samples]) => [
  fixed(`[[:${name}:]]`, ...samples),
  fixed(`[^[:^${name}:]]`, ...samples),
  fixed(`[[:${name}:]c]`, ...samples, 'c'),
  fixed(`[[:^${name}:]]`, ...['a', '1', '/', ' '].filter((char) => !samples.includes(char))),
]);
const PLACES = ['^', '$', '\\A', '\\z', '\\Z', '\\b', '\\B', '\\G'].map((text) => fixed(text, ''));
const QUANTIFIERS = [
  ['*', 0, 3],
  ['+', 1, 3],
  ['?', 0, 1],
  ['{2}', 2, 2],
  ['{1,2}', 1, 2],
  ['{0,2}', 0, 2],
  ['{2,}', 2, 3],
  ['{0}', 0, 0],
];
const FLAG_LETTERS = ['i', 'm', 's', 'x', 'U', 'im', 'i-s', '-i', '-s', 'sx', 'n', 'xx'];

/** What a pattern can be about; each is a method of Maker. */
const FOCUSES = [
  ...['escape', 'bracket', 'posix', 'greedy', 'lazy', 'possessive', 'counted', 'place', 'quoted'],
  ...['choice', 'capture', 'plain', 'named', 'nested', 'atomic', 'ahead', 'notAhead', 'behind'],
  ...['notBehind', 'reference', 'unset', 'relative', 'namedReference', 'flags', 'flagGroup'],
  ...['branchReset', 'keep', 'conditional', 'lookConditional', 'call', 'recursion', 'comment', 'duplicate'],
];

class Maker {
  #random;
  #groups = 0;
  #depth = 0;

  constructor(random) {
    this.#random = random;
  }

  /** The construct somewhere among other items. */
  pattern(focus) {
    const items = [];
    const random = this.#random;
    if (random.chance(4)) items.push(random.pick(PLACES.slice(0, 3)));
    if (random.chance(2)) items.push(this.item());
    items.push(this[focus]());
    if (random.chance(2)) items.push(this.item());
    if (random.chance(4)) items.push(random.pick(PLACES.slice(1, 5)));
    return sequence(items);
  }

  item() {
    const kinds = ['letter', 'letter', 'letter', 'dot', 'escape', 'bracket', 'greedy', 'lazy'];
    const deep = [
      'capture',
      'capture',
      'plain',
      'choice',
      'atomic',
      'ahead',
      'nested',
      'counted',
      'possessive',
    ];
    return this[this.#random.pick(this.#depth < 2 ? [...kinds, ...deep] : kinds)]();
  }

  letter() {
    const char = this.#random.pick(LETTERS);
    return fixed(char, char);
  }

  dot() {
    return fixed('.', 'a', '/', '\n');
  }

  escape() {
    return this.#random.pick(ESCAPES);
  }

  bracket() {
    return this.#random.pick(CLASSES);
  }

  posix() {
    return this.#random.pick(POSIX);
  }

  place() {
    return sequence([this.item(), this.#random.pick(PLACES), this.item()]);
  }

  quoted() {
    const text = this.#random.pick(['a.b', '(', '*', 'a|b', '[1]', '', 'a\\b', '$1']);
    const quantifier = text !== '' && this.#random.chance(3) ? '+' : '';
    return fixed(`\\Q${text}\\E${quantifier}`, text, text + (quantifier && text.slice(-1)));
  }

  greedy() {
    return this.#quantified('');
  }

  lazy() {
    return this.#quantified('?');
  }

  possessive() {
    return this.#quantified('+');
  }

  counted() {
    return this.#quantified('', QUANTIFIERS.slice(3));
  }

  #quantified(suffix, quantifiers = QUANTIFIERS.slice(0, 7)) {
    const body = this.#random.chance(3) && this.#depth < 2 ? this.capture() : this.#single();
    return repeat(body, this.#random.pick(quantifiers), suffix);
  }

  #single() {
    return this[this.#random.pick(['letter', 'letter', 'dot', 'escape', 'bracket', 'posix'])]();
  }

  /** One or two branches of up to two items. */
  body() {
    this.#depth++;
    const branch = () =>
      sequence(
        Array.from({ length: this.#random.below(10) === 0 ? 0 : 1 + this.#random.below(2) }, () =>
          this.item(),
        ),
      );
    const branches = [branch()];
    if (this.#random.chance(3)) branches.push(branch());
    this.#depth--;
    return alternatives(branches);
  }

  choice() {
    this.#depth++;
    const branches = Array.from({ length: 2 + this.#random.below(2) }, () => this.item());
    this.#depth--;
    return wrap('(?:', alternatives(branches), ')');
  }

  capture() {
    this.#groups++;
    return wrap('(', this.body(), ')');
  }

  plain() {
    return repeat(
      wrap('(?:', this.body(), ')'),
      this.#random.pick(QUANTIFIERS),
      this.#random.pick(['', '?', '+']),
    );
  }

  named() {
    const number = ++this.#groups;
    const open = this.#random.pick([`(?<n${number}>`, `(?P<n${number}>`, `(?'n${number}'`]);
    return wrap(open, this.body(), ')');
  }

  /** Groups in a repeated group: what the last turn does not set keeps what it had. */
  nested() {
    this.#groups++;
    this.#depth++;
    const left = this.capture();
    const right = this.#random.chance(2) ? this.capture() : this.item();
    this.#depth--;
    const body = this.#random.chance(3) ? sequence([left, right]) : alternatives([left, right]);
    return repeat(
      wrap('(', body, ')'),
      this.#random.pick(QUANTIFIERS),
      this.#random.pick(['', '', '?', '+']),
    );
  }

  atomic() {
    return wrap('(?>', this.body(), ')');
  }

  ahead() {
    return this.#look('(?=', true);
  }

  notAhead() {
    return this.#look('(?!', false);
  }

  behind() {
    return sequence([this.item(), this.#behind('(?<='), this.item()]);
  }

  notBehind() {
    return sequence([this.item(), this.#behind('(?<!'), this.item()]);
  }

  #look(open, isLikely) {
    const body = this.body();
    return {
      text: `${open}${body.text})`,
      sample: (random) => (isLikely && random.chance(2) ? body.sample(random) : ''),
    };
  }

  /** Branches of a fixed width each. */
  #behind(open) {
    const parts = ['a', 'b', 'ab', '.', '[ab]', '\\w', '^', '\\d', 'a{2}', '(?:a|b)', '(?i:a)', '\\b'];
    const branches = Array.from({ length: 1 + this.#random.below(2) }, () => this.#random.pick(parts));
    return fixed(`${open}${branches.join('|')})`, '');
  }

  reference() {
    const group = this.capture();
    const number = this.#groups - countGroups(group.text) + 1;
    const form = this.#random.pick([`\\${number}`, `\\g{${number}}`, `\\g${number}`]);
    return twice(group, this.#maybe(''), `${form}${this.#random.pick(['', '', '?', '*', '+?'])}`);
  }

  relative() {
    const group = this.capture();
    const back = countGroups(group.text);
    return twice(group, this.#maybe(''), `\\g{-${back}}`);
  }

  namedReference() {
    const group = this.named();
    const name = /n\d+/.exec(group.text)[0];
    const form = this.#random.pick([
      `\\k<${name}>`,
      `\\k'${name}'`,
      `\\k{${name}}`,
      `(?P=${name})`,
      `\\g{${name}}`,
    ]);
    return twice(group, this.#maybe(''), form);
  }

  /** A reference to a group that may not have been set. */
  unset() {
    const number = this.#groups + 1;
    const group = this.capture();
    const other = this.letter();
    const form = this.#random.pick([
      `(?:${group.text}|${other.text})\\${number}`,
      `${group.text}?${other.text}\\${number}`,
    ]);
    return {
      text: form,
      sample: (random) => random.pick([other.sample(random), group.sample(random).repeat(2)]),
    };
  }

  flags() {
    return sequence([fixed(`(?${this.#random.pick(FLAG_LETTERS)})`, ''), this.body()]);
  }

  flagGroup() {
    return sequence([wrap(`(?${this.#random.pick(FLAG_LETTERS)}:`, this.body(), ')'), this.item()]);
  }

  branchReset() {
    this.#depth = 2;
    const branches = Array.from({ length: 2 }, () => sequence([wrap('(', this.item(), ')'), this.item()]));
    this.#depth = 0;
    this.#groups++;
    return sequence([wrap('(?|', alternatives(branches), ')'), this.#maybe('\\1')]);
  }

  keep() {
    return sequence([this.item(), fixed('\\K', ''), this.item()]);
  }

  conditional() {
    const number = this.#groups + 1;
    const group = this.capture();
    const yes = this.item();
    const no = this.item();
    const ask = this.#random.pick([
      `(?(${number})`,
      `(?(${number})`,
      `(?(-${countGroups(`${group.text}${yes.text}`) > countGroups(group.text) ? countGroups(group.text) : countGroups(group.text)})`,
    ]);
    const text = `${group.text}?${ask}${yes.text}|${no.text})`;
    return {
      text,
      sample: (random) => (random.chance(2) ? group.sample(random) + yes.sample(random) : no.sample(random)),
    };
  }

  lookConditional() {
    this.#depth = 2;
    const [test, yes, no] = [this.item(), this.item(), this.item()];
    this.#depth = 0;
    const open = this.#random.pick(['(?=', '(?!', '(?<=']);
    const asked = open === '(?<=' ? 'a' : test.text;
    return {
      text: `(?(${open.slice(1)}${asked})${yes.text}|${no.text})`.replace('(?(', '(?('),
      sample: (random) => random.pick([yes.sample(random), no.sample(random)]),
    };
  }

  call() {
    const number = this.#groups + 1;
    const group = this.capture();
    const form = this.#random.pick([
      `(?${number})`,
      `\\g<${number}>`,
      `\\g'${number}'`,
      `(?-${countGroups(group.text)})`,
    ]);
    return { text: `${group.text}${form}`, sample: (random) => group.sample(random) + group.sample(random) };
  }

  recursion() {
    const number = ++this.#groups;
    const inner = this.#single();
    const form = this.#random.pick(['(?R)', `(?${number})`]);
    const text = `(a(?:${inner.text}|${form})*b)`;
    return { text, sample: (random) => random.pick(['ab', `a${inner.sample(random)}b`, 'aabb', 'aabab']) };
  }

  comment() {
    return sequence([this.item(), fixed(`(?#${this.#random.pick(['', 'x', '(', 'a|b'])})`, ''), this.item()]);
  }

  /** A name for two groups. */
  duplicate() {
    this.#groups += 2;
    const [a, b] = [this.letter(), this.letter()];
    return alternativesIn(`(?J)(?:(?<d>${a.text})|(?<d>${b.text}))\\k<d>`, [a, b]);
  }

  #maybe(text) {
    if (text !== '') return fixed(this.#random.chance(2) ? text : '', '');
    return this.#random.chance(2) ? fixed('', '') : this.letter();
  }
}

const sequence = (items) => ({
  text: items.map((item) => item.text).join(''),
  sample: (random) => items.map((item) => item.sample(random)).join(''),
});

const alternatives = (branches) => ({
  text: branches.map((branch) => branch.text).join('|'),
  sample: (random) => random.pick(branches).sample(random),
});

const alternativesIn = (text, branches) => ({
  text,
  sample: (random) => random.pick(branches).sample(random).repeat(2),
});

const wrap = (open, body, close) => ({ text: `${open}${body.text}${close}`, sample: body.sample });

const repeat = (body, [quantifier, min, max], suffix) => ({
  text: `${body.text}${quantifier}${suffix}`,
  sample: (random) =>
    Array.from({ length: min + random.below(max - min + 1) }, () => body.sample(random)).join(''),
});

const twice = (group, between, form) => ({
  text: `${group.text}${between.text}${form}`,
  sample: (random) => {
    const text = group.sample(random);
    return text + between.sample(random) + text;
  },
});

/** Groups are not opened in classes or behind backslashes by anything here. */
function countGroups(text) {
  return text.match(/\((?!\?)|\(\?(?:P?<[A-Za-z]|')/g)?.length ?? 0;
}

/** Texts the pattern may match, some of them bent, and one of nothing in particular. */
function subjectsFor(node, count, random) {
  const subjects = new Set();
  for (let tries = 0; subjects.size < count - 1 && tries < 20; tries++) {
    subjects.add(bend(node.sample(random), random).slice(0, 24));
  }
  while (subjects.size < count) {
    subjects.add(
      Array.from({ length: random.below(7) }, () => random.pick([...LETTERS, ' ', '\n'])).join(''),
    );
  }
  return [...subjects];
}

function bend(text, random) {
  switch (random.below(6)) {
    case 0:
      return random.pick(LETTERS) + text;
    case 1:
      return text + random.pick([...LETTERS, '\n']);
    case 2:
      return text.slice(0, -1);
    case 3:
      return random.pick([text.toUpperCase(), text.toLowerCase()]);
    default:
      return text;
  }
}
