// The editor: CodeMirror with Apache's colours, the trace and the linter's findings in its margin. It stands in a shadow
// root, where its styles are adopted and need no exception from the page's Content-Security-Policy.

import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { EditorState, StateEffect, StateField } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  placeholder,
} from '@codemirror/view';
import type { Remark } from '../../tools/playground/play.ts';
import { apache } from '../apache/language.ts';
import type { Mark } from '../marks.ts';
import { showMarks, traceMargin } from './margin.ts';
import { remarkMargin, showRemarks } from './remarks.ts';
import { theme } from './theme.ts';

export interface EditorOptions {
  readonly host: HTMLElement;
  readonly text: string;
  /** What it is called by those who hear the page, and the id of what describes it. */
  readonly label: string;
  changed(text: string): void;
  /** The cursor has come to another line. */
  moved(line: number): void;
  /** Somebody wants to see what a line has done. */
  picked(line: number): void;
}

const showLine = StateEffect.define<number | undefined>();

/** The line that a step of the story speaks of. */
const shownLine = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(shown, { effects, docChanged, state }) {
    for (const effect of effects)
      if (effect.is(showLine))
        return effect.value === undefined || effect.value > state.doc.lines
          ? Decoration.none
          : Decoration.set(
              Decoration.line({ class: 'cm-shown-line' }).range(state.doc.line(effect.value).from),
            );
    return docChanged ? Decoration.none : shown;
  },
  provide: (field) => EditorView.decorations.from(field),
});

export class Editor {
  readonly #view: EditorView;

  constructor(options: EditorOptions) {
    const root = options.host.attachShadow({ mode: 'open' });
    const parent = document.createElement('div');
    root.append(parent);
    this.#view = new EditorView({ root, parent, state: newState(options) });
  }

  /** Replaces all of the text. */
  setText(text: string): void {
    const { doc } = this.#view.state;
    if (doc.toString() === text) return;
    this.#view.dispatch({
      changes: { from: 0, to: doc.length, insert: text },
      selection: { anchor: 0 },
      effects: showLine.of(undefined),
    });
  }

  setMarks(marks: ReadonlyMap<number, Mark>): void {
    showMarks(this.#view, marks);
  }

  setRemarks(remarks: readonly Remark[]): void {
    showRemarks(this.#view, remarks);
  }

  /** Shows a line; `takesFocus` also puts the cursor there. */
  reveal(line: number, takesFocus: boolean): void {
    const { doc } = this.#view.state;
    const { from } = doc.line(Math.min(Math.max(line, 1), doc.lines));
    this.#view.dispatch({
      selection: { anchor: from },
      effects: [showLine.of(line), EditorView.scrollIntoView(from, { y: 'center' })],
    });
    if (takesFocus) this.#view.focus();
    else this.#view.dom.scrollIntoView({ block: 'nearest' });
  }

  close(): void {
    this.#view.destroy();
  }
}

function newState({ text, label, changed, moved, picked }: EditorOptions): EditorState {
  const lineOf = ({ doc, selection }: EditorState): number => doc.lineAt(selection.main.head).number;
  return EditorState.create({
    doc: text,
    extensions: [
      remarkMargin(),
      lineNumbers(),
      traceMargin(picked),
      history(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      EditorView.lineWrapping,
      shownLine,
      apache(),
      placeholder('Paste a .htaccess file or a configuration here'),
      EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false' }),
      keymap.of([
        {
          key: 'Mod-Enter',
          run: ({ state }) => {
            picked(lineOf(state));
            return true;
          },
        },
        ...defaultKeymap,
        ...historyKeymap,
        indentWithTab,
      ]),
      EditorView.domEventHandlers({ beforeinput: typeOver }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) changed(update.state.doc.toString());
        if (lineOf(update.startState) !== lineOf(update.state)) moved(lineOf(update.state));
      }),
      theme,
    ],
  });
}

/** Chromium keeps the colours of text that is typed over as inline styles, which the page's policy forbids. */
function typeOver(event: InputEvent, view: EditorView): boolean {
  const { state } = view;
  if (event.inputType !== 'insertText' || event.data === null || state.selection.main.empty) return false;
  event.preventDefault();
  view.dispatch(
    state.update(state.replaceSelection(event.data), { userEvent: 'input.type', scrollIntoView: true }),
  );
  return true;
}
