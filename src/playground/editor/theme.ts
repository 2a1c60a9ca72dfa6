// How the editor looks. Its colours are the page's variables, which know light and dark and reach into its shadow.

import { EditorView } from '@codemirror/view';

const FOCUS = '2px solid var(--focus)';

export const theme = EditorView.theme({
  '&': {
    backgroundColor: 'var(--sheet)',
    color: 'var(--ink)',
    fontSize: 'var(--code-size)',
    minHeight: '12rem',
    maxHeight: 'var(--editor-height)',
  },
  '&.cm-focused': { outline: FOCUS, outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.65', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--ink)', padding: '0.6em 0' },
  '.cm-line': { padding: '0 0.8em 0 0.4em' },
  '.cm-gutters': {
    backgroundColor: 'var(--sheet)',
    color: 'var(--faint)',
    border: 'none',
    paddingLeft: '0.2em',
  },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 0.3em', minWidth: '1.6em' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLine, &.cm-focused .cm-activeLineGutter': { backgroundColor: 'var(--here)' },
  '.cm-line::selection, .cm-line ::selection': { backgroundColor: 'var(--selection)' },
  '.cm-placeholder': { color: 'var(--faint)' },

  '.cm-traceGutter': { width: '1.5em', textAlign: 'center' },
  '.cm-traceGutter .cm-gutterElement': { cursor: 'pointer', fontWeight: '700' },
  '.cm-mark-applied': { color: 'var(--good)' },
  '.cm-mark-missed': { color: 'var(--bad)' },
  '.cm-mark-idle': { color: 'var(--faint)' },
  '.cm-note': {
    color: 'var(--faint)',
    fontSize: '0.9em',
    marginLeft: '1.2em',
    whiteSpace: 'pre-wrap',
    userSelect: 'none',
  },
  '.cm-note-applied': { color: 'var(--good)' },
  '.cm-shown-line': { backgroundColor: 'var(--here)', boxShadow: 'inset 3px 0 0 var(--accent)' },

  '.cm-gutter-lint': { width: '1.1em' },
  '.cm-gutter-lint .cm-gutterElement': { padding: '0' },
  '.cm-lint-marker': { width: '0.9em', height: '0.9em', margin: '0.35em 0.1em' },
  '.cm-lint-marker-error, .cm-lint-marker-warning, .cm-lint-marker-info, .cm-lint-marker-hint': {
    content: 'none',
    borderRadius: '50%',
  },
  '.cm-lint-marker-error': { backgroundColor: 'var(--bad)' },
  '.cm-lint-marker-warning': { backgroundColor: 'var(--warn)' },
  '.cm-lint-marker-info': { backgroundColor: 'var(--note)' },
  '.cm-lintRange-error': { backgroundImage: 'none', borderBottom: '2px dotted var(--bad)' },
  '.cm-lintRange-warning': { backgroundImage: 'none', borderBottom: '2px dotted var(--warn)' },
  '.cm-lintRange-info': { backgroundImage: 'none', borderBottom: '2px dotted var(--note)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--card)',
    color: 'var(--ink)',
    border: '1px solid var(--line)',
    borderRadius: '8px',
    boxShadow: 'var(--shadow)',
    maxWidth: 'min(36rem, 88vw)',
    fontFamily: 'var(--sans)',
    fontSize: '0.875rem',
  },
  '.cm-diagnostic': { padding: '0.5em 0.8em', borderLeftWidth: '4px' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--bad)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--warn)' },
  '.cm-diagnostic-info': { borderLeftColor: 'var(--note)' },
  '.cm-remark p': { margin: '0 0 0.4em' },
  '.cm-remark p:first-child': { fontWeight: '600' },
  '.cm-remark p:last-child': { margin: '0' },
});
