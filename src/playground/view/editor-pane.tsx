// The editor's place in the page: CodeMirror lives on its own inside, told of what changes around it.

import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Remark } from '../../tools/playground/play.ts';
import { Editor } from '../editor/editor.ts';
import type { Mark } from '../marks.ts';

/** A wish to see a line; a new object is a new wish. */
export interface Wish {
  readonly line: number;
}

export interface EditorPaneProps {
  readonly text: string;
  readonly marks: ReadonlyMap<number, Mark>;
  readonly remarks: readonly Remark[];
  readonly wish: Wish | undefined;
  readonly changed: (text: string) => void;
  readonly moved: (line: number) => void;
  readonly picked: (line: number) => void;
}

export function EditorPane(props: EditorPaneProps): JSX.Element {
  const { text, marks, remarks, wish } = props;
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | undefined>(undefined);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    editor.current = new Editor({
      host: host.current!,
      text: latest.current.text,
      label: 'Configuration. Escape, then Tab leaves the editor. Control-Enter goes to what a line has done.',
      changed: (changed) => latest.current.changed(changed),
      moved: (line) => latest.current.moved(line),
      picked: (line) => latest.current.picked(line),
    });
    return () => editor.current?.close();
  }, []);
  useEffect(() => editor.current?.setText(text), [text]);
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
