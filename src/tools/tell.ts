// From the steps of a request to its story. Owns what is worth telling and in which order; what it looks like is
// draw-story.ts.

import type { Exchange } from '../request/exchange.ts';
import type { RequestEvent } from '../request/rehearsal.ts';
import { DECLINED } from '../request/verdict.ts';
import type { TraceEvent } from '../rules/index.ts';
import type { Step } from './inject.ts';
import { lineOf } from './line.ts';
import type { Chapter, Part } from './story.ts';
import { RulesTeller } from './tell-rules.ts';

/** One way through the phases, while it is walked. */
interface GrowingChapter extends Omit<Chapter, 'parts'> {
  readonly parts: (Part | RulesTeller)[];
  rules: RulesTeller | undefined;
}

/** What of the steps the outcome hangs on. */
export interface Findings {
  /** Who answered in the handler phase of an exchange. */
  readonly handlers: ReadonlyMap<Exchange, string>;
  /** The last ErrorDocument that was chosen. */
  readonly page: string | undefined;
}

/** Takes the steps of one request, as they are taken. */
export class Teller {
  readonly #chapters: GrowingChapter[] = [];
  readonly #byExchange: Map<Exchange, GrowingChapter> = new Map();
  readonly #handlers: Map<Exchange, string> = new Map();
  #page: string | undefined = undefined;

  get chapters(): readonly Chapter[] {
    return this.#chapters.map(({ rules: _rules, parts, ...chapter }) => ({
      ...chapter,
      parts: parts.map((part) => (part instanceof RulesTeller ? part.story : part)),
    }));
  }

  get findings(): Findings {
    return { handlers: this.#handlers, page: this.#page };
  }

  readonly take = ({ x, event }: Step): void => {
    switch (event.kind) {
      case 'phase':
        if (event.phase === 'handler' && event.verdict !== DECLINED) this.#handlers.set(x, event.module);
        return;
      case 'error-document':
        this.#page = event.document;
        return;
      case 'rules':
        this.#beginRules(x, event);
        return;
      case 'rule':
        this.#chapterOf(x).rules?.take(event.event as TraceEvent);
        return;
      default: {
        const part = partOf(event);
        if (part !== undefined) this.#add(this.#chapterOf(x), part);
      }
    }
  };

  #beginRules(x: Exchange, event: Extract<RequestEvent, { kind: 'rules' }>): void {
    const { directory, base, count, engine } = event;
    if (count === 0) return;
    const chapter = this.#chapterOf(x);
    chapter.rules = new RulesTeller({ directory, base, count, engine });
    chapter.parts.push(chapter.rules);
  }

  /** A section that applies is told once in a chapter: `<Location>` is walked twice. */
  #add({ parts }: GrowingChapter, part: Part): void {
    const isSame = (other: Part | RulesTeller): boolean =>
      !(other instanceof RulesTeller) &&
      other.kind === part.kind &&
      'line' in other &&
      'line' in part &&
      other.line.file === part.line.file &&
      other.line.line === part.line.line;
    if (part.kind.startsWith('section') && parts.some(isSame)) return;
    parts.push(part);
  }

  #chapterOf(x: Exchange): GrowingChapter {
    const known = this.#byExchange.get(x);
    if (known !== undefined) return known;
    const query = x.args === undefined ? '' : `?${x.args}`;
    const chapter: GrowingChapter = {
      kind: kindOf(x),
      url: x.rawPath + query,
      status: isErrorDocument(x) ? x.errorStatus : undefined,
      parts: [],
      rules: undefined,
    };
    this.#byExchange.set(x, chapter);
    this.#chapters.push(chapter);
    return chapter;
  }
}

function kindOf(x: Exchange): Chapter['kind'] {
  if (x.main !== undefined) return 'subrequest';
  if (x.prev === undefined) return 'request';
  return isErrorDocument(x) ? 'error-document' : 'redirect';
}

function isErrorDocument({ main, prev, errorStatus }: Exchange): boolean {
  return main === undefined && prev !== undefined && errorStatus !== 0 && prev.errorStatus === 0;
}

function partOf(event: RequestEvent): Part | undefined {
  switch (event.kind) {
    case 'section':
      return { kind: 'section', walk: event.walk, line: lineOf(event.place) };
    case 'section-left':
      return { kind: 'section-left', line: lineOf(event.place) };
    case 'htaccess':
      return { kind: 'htaccess', path: event.path, error: event.error };
    case 'line':
      return { kind: 'line', line: lineOf(event.place), result: event.result };
    case 'log':
      return { kind: 'log', module: event.module, level: event.level, text: event.text };
    default:
      return undefined;
  }
}
