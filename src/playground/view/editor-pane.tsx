// The editor's place in the page: CodeMirror lives on its own inside, told of what changes around it.

import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Remark } from '../../tools/playground/play.ts';
import { Editor } from '../editor/editor.ts';
import type { Mark } from '../marks.ts';

/** A text that replaces what is in the editor; a new object is a new text, whatever was typed since. */
export interface GivenText {
  readonly text: string;
}

/** A wish to see a line; a new object is a new wish. */
export interface Wish {
  readonly line: number;
}

export interface EditorPaneProps {
  readonly given: GivenText;
  readonly marks: ReadonlyMap<number, Mark>;
  readonly remarks: readonly Remark[];
  readonly wish: Wish | undefined;
  readonly changed: (text: string) => void;
  readonly moved: (line: number) => void;
  readonly picked: (line: number) => void;
}

export function EditorPane(props: EditorPaneProps): JSX.Element {
  const { given, marks, remarks, wish } = props;
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | undefined>(undefined);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    editor.current = new Editor({
      host: host.current!,
      text: latest.current.given.text,
      label: 'Configuration. Escape, then Tab leaves the editor. Control-Enter goes to what a line has done.',
      changed: (changed) => latest.current.changed(changed),
      moved: (line) => latest.current.moved(line),
      picked: (line) => latest.current.picked(line),
    });
    return () => editor.current?.close();
  }, []);
  useEffect(() => editor.current?.setText(given.text), [given]);
  useEffect(() => editor.current?.setMarks(marks), [marks]);
  useEffect(() => editor.current?.setRemarks(remarks), [remarks]);
  useEffect(() => {
    if (wish !== undefined) editor.current?.reveal(wish.line, !isTouched());
  }, [wish]);
  return <div class="editor" ref={host} data-testid="editor" />;
}

/** Where a finger points, a cursor in the editor would bring up the keyboard. */
function isTouched(): boolean {
  return matchMedia('(pointer: coarse)').matches;
}
