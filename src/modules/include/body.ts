// The INCLUDES filter at work: a body goes in, the document that it describes comes out.

import type { Exchange } from '../../request/exchange.ts';
import { logException } from '../../request/log.ts';
import type { BodySink, BodySource } from '../../wire/body.ts';
import { runElif, runElse, runEndif, runIf } from './conditionals.ts';
import { DEFAULT_END_TAG, DEFAULT_START_TAG, type IncludeDir, type IncludeServer } from './config.ts';
import { Document } from './document.ts';
import { runFlastmod, runFsize } from './files.ts';
import { runExec, runInclude } from './inclusions.ts';
import { Abandoned, DocumentOutput, PieceReader } from './output.ts';
import { DocumentParser, type Element, type Token } from './parser.ts';
import { runConfig, runEcho, runPrintenv, runSet } from './texts.ts';

type RunElement = (doc: Document, element: Element) => Promise<void>;

const ELEMENTS: ReadonlyMap<string, RunElement> = new Map<string, RunElement>([
  ['comment', async () => undefined],
  ['config', runConfig],
  ['echo', runEcho],
  ['elif', runElif],
  ['else', runElse],
  ['endif', runEndif],
  ['exec', runExec],
  ['flastmod', runFlastmod],
  ['fsize', runFsize],
  ['if', runIf],
  ['include', runInclude],
  ['printenv', runPrintenv],
  ['set', runSet],
]);

export interface IncludeSettings {
  readonly server: IncludeServer;
  readonly dir: IncludeDir;
  /** mod_cgi is there, whose element `exec` is. */
  readonly hasExec: boolean;
}

export class IncludesBody implements BodySource {
  readonly #x: Exchange;
  readonly #settings: IncludeSettings;
  readonly #reader: PieceReader;
  #output: DocumentOutput | undefined = undefined;
  #isLost = false;

  constructor(x: Exchange, source: BodySource, settings: IncludeSettings) {
    this.#x = x;
    this.#settings = settings;
    this.#reader = new PieceReader(source);
  }

  start(sink: BodySink): void {
    const output = new DocumentOutput(sink);
    this.#output = output;
    this.#run(output).then(
      () => sink.end(),
      (error: unknown) => {
        if (error instanceof Abandoned) return;
        this.#reader.abort();
        if (!(error instanceof Error)) throw error;
        logException(this.#x, 'include', error);
        sink.fail(error);
      },
    );
  }

  pause(): void {
    this.#output?.pause();
  }

  resume(): void {
    this.#output?.resume();
  }

  abort(): void {
    this.#reader.abort();
    this.#output?.abandon();
  }

  async #run(output: DocumentOutput): Promise<void> {
    const { server, dir } = this.#settings;
    const parser = new DocumentParser(server.startTag ?? DEFAULT_START_TAG, server.endTag ?? DEFAULT_END_TAG);
    const doc = new Document(this.#x, dir, output);
    this.#reader.start();
    for (;;) {
      const piece = await this.#reader.next();
      if (piece === undefined) break;
      await this.#take(doc, parser.feed(piece.toString('latin1')));
    }
    await this.#take(doc, parser.end());
    if (parser.isOpen) {
      doc.log(
        'error',
        'AH01372: SSI directive was not properly finished at the end of parsed document %FILE%',
      );
      if (doc.isShown) await output.write(doc.errorText);
    }
    if (!doc.isShown) doc.log('warn', 'AH01373: missing closing endif directive in parsed document %FILE%');
  }

  async #take(doc: Document, tokens: readonly Token[]): Promise<void> {
    for (const token of tokens) {
      if ('element' in token) await this.#runElement(doc, token.element);
      else if (doc.isShown) await doc.output.write(token.text);
    }
  }

  async #runElement(doc: Document, element: Element): Promise<void> {
    if (this.#isLost) return;
    const { name, fault } = element;
    const run = name === 'exec' && !this.#settings.hasExec ? undefined : ELEMENTS.get(name);
    if (fault === undefined && run !== undefined) return run(doc, element);
    doc.log(
      'error',
      fault === undefined
        ? `AH01371: unknown directive "${name}" in parsed doc %FILE%`
        : `${fault} in %FILE%`,
    );
    if (doc.isShown) await doc.output.write(doc.errorText);
    // Apache: a mistake of syntax in a hidden part hides what follows, too, its end included.
    else if (fault !== undefined) this.#isLost = true;
  }
}
