// What the linter has found, as CodeMirror shows it: a sign in the margin, the place underlined, why and what to write
// instead where somebody points at it or has come to it by keyboard (F8).

import {
  type Diagnostic,
  lintGutter,
  nextDiagnostic,
  previousDiagnostic,
  setDiagnostics,
} from '@codemirror/lint';
import type { EditorState, Extension } from '@codemirror/state';
import { type EditorView, keymap } from '@codemirror/view';
import type { Remark } from '../../tools/playground/play.ts';

const SEVERITIES = { error: 'error', warning: 'warning', note: 'info' } as const;

export function remarkMargin(): Extension {
  return [
    lintGutter(),
    keymap.of([
      { key: 'F8', run: nextDiagnostic },
      { key: 'Shift-F8', run: previousDiagnostic },
    ]),
  ];
}

export function showRemarks(view: EditorView, remarks: readonly Remark[]): void {
  const diagnostics = remarks.map((remark) => diagnosticOf(view.state, remark));
  view.dispatch(setDiagnostics(view.state, diagnostics));
}

function diagnosticOf({ doc }: EditorState, remark: Remark): Diagnostic {
  const { from, to } = doc.line(Math.min(Math.max(remark.line, 1), doc.lines));
  const start = Math.min(from + Math.max(remark.column - 1, 0), to);
  return {
    from: start,
    to: remark.length > 0 ? Math.min(start + remark.length, to) : to,
    severity: SEVERITIES[remark.severity],
    message: remark.message,
    source: remark.code,
    renderMessage: () => described(remark),
  };
}

function described({ message, why, mend }: Remark): HTMLElement {
  const box = document.createElement('div');
  box.className = 'cm-remark';
  for (const text of [message, why, mend]) {
    if (text === '') continue;
    const paragraph = document.createElement('p');
    paragraph.textContent = text;
    box.append(paragraph);
  }
  return box;
}
