// Of the steps of a request no more than its outcome hangs on: for those who ask what it comes to, and not why.

import type { Exchange } from '../request/exchange.ts';
import { DECLINED } from '../request/verdict.ts';
import type { Step } from './inject.ts';
import type { Part } from './story.ts';
import type { Findings } from './tell.ts';

/** The steps that begin a chapter of a story where there is none yet: the order of chapters decides what is told. */
const BEGINNINGS: ReadonlySet<Step['event']['kind']> = new Set([
  'section',
  'section-left',
  'htaccess',
  'line',
  'log',
  'rule',
]);

export class BriefTeller {
  readonly #parts: Map<Exchange, Part[]> = new Map();
  readonly #handlers: Map<Exchange, string> = new Map();
  #page: string | undefined = undefined;

  /** What a story's chapters would have of the log, in their order. */
  get chapters(): readonly { readonly parts: readonly Part[] }[] {
    return [...this.#parts.values()].map((parts) => ({ parts }));
  }

  get findings(): Findings {
    return { handlers: this.#handlers, page: this.#page };
  }

  readonly take = ({ x, event }: Step): void => {
    if (event.kind === 'phase') {
      if (event.phase === 'handler' && event.verdict !== DECLINED) this.#handlers.set(x, event.module);
    } else if (event.kind === 'error-document') this.#page = event.document;
    else if (BEGINNINGS.has(event.kind) || (event.kind === 'rules' && event.count > 0)) {
      const parts = this.#partsOf(x);
      if (event.kind === 'log')
        parts.push({ kind: 'log', module: event.module, level: event.level, text: event.text });
    }
  };

  #partsOf(x: Exchange): Part[] {
    let parts = this.#parts.get(x);
    if (parts === undefined) {
      parts = [];
      this.#parts.set(x, parts);
    }
    return parts;
  }
}
