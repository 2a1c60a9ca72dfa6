// What the lines of the configuration have done, beside them: a sign in the margin and a few words behind the line.

import {
  type EditorState,
  type Extension,
  RangeSet,
  RangeSetBuilder,
  StateEffect,
  StateField,
} from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  EditorView,
  GutterMarker,
  gutter,
  WidgetType,
} from '@codemirror/view';
import { type Mark, type MarkKind, SIGNS } from '../marks.ts';

type Marks = ReadonlyMap<number, Mark>;

const setMarks = StateEffect.define<Marks>();

interface Margin {
  readonly signs: RangeSet<GutterMarker>;
  readonly notes: DecorationSet;
}

class Sign extends GutterMarker {
  readonly #mark: Mark;

  constructor(mark: Mark) {
    super();
    this.#mark = mark;
    this.elementClass = `cm-mark-${mark.kind}`;
  }

  override eq(other: Sign): boolean {
    return other.#mark.kind === this.#mark.kind && other.#mark.note === this.#mark.note;
  }

  override toDOM(): Node {
    const sign = document.createElement('span');
    sign.textContent = SIGNS[this.#mark.kind];
    sign.title = this.#mark.note;
    return sign;
  }
}

class Note extends WidgetType {
  readonly #kind: MarkKind;
  readonly #text: string;

  constructor({ kind, note }: Mark) {
    super();
    this.#kind = kind;
    this.#text = note;
  }

  override eq(other: Note): boolean {
    return other.#kind === this.#kind && other.#text === this.#text;
  }

  override toDOM(): HTMLElement {
    const note = document.createElement('span');
    note.className = `cm-note cm-note-${this.#kind}`;
    note.textContent =
      this.#text.length > LONGEST_NOTE ? `${this.#text.slice(0, LONGEST_NOTE)}…` : this.#text;
    // The story says the same to those who hear the page.
    note.setAttribute('aria-hidden', 'true');
    return note;
  }
}

/** In characters. The story has all of it. */
const LONGEST_NOTE = 120;

function marginOf(state: EditorState, marks: Marks): Margin {
  const signs = new RangeSetBuilder<GutterMarker>();
  const notes = new RangeSetBuilder<Decoration>();
  const lines = [...marks.keys()].filter((line) => line >= 1 && line <= state.doc.lines);
  for (const number of lines.sort((a, b) => a - b)) {
    const mark = marks.get(number)!;
    const { from, to } = state.doc.line(number);
    signs.add(from, from, new Sign(mark));
    notes.add(to, to, Decoration.widget({ widget: new Note(mark), side: 1 }));
  }
  return { signs: signs.finish(), notes: notes.finish() };
}

const field = StateField.define<Margin>({
  create: () => ({ signs: RangeSet.empty, notes: Decoration.none }),
  update(margin, transaction) {
    for (const effect of transaction.effects)
      if (effect.is(setMarks)) return marginOf(transaction.state, effect.value);
    if (!transaction.docChanged) return margin;
    // Until the next answer is there, marks move with their lines.
    return { signs: margin.signs.map(transaction.changes), notes: margin.notes.map(transaction.changes) };
  },
  provide: (self) => EditorView.decorations.from(self, ({ notes }) => notes),
});

/** `picked` is told of a click on a line's sign. */
export function traceMargin(picked: (line: number) => void): Extension {
  return [
    field,
    gutter({
      class: 'cm-traceGutter',
      markers: (view) => view.state.field(field).signs,
      domEventHandlers: {
        click(view, block) {
          picked(view.state.doc.lineAt(block.from).number);
          return true;
        },
      },
    }),
  ];
}

/** Puts the marks of an answer in the place of those that are shown. */
export function showMarks(view: EditorView, marks: Marks): void {
  view.dispatch({ effects: setMarks.of(marks) });
}
