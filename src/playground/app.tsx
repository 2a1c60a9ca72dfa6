// The page: what the visitor has put in, what the engine says of it, and how the two sides lead to each other.

import type { JSX } from 'preact';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Remark } from '../tools/playground/play.ts';
import { TYPED_FILE } from '../tools/playground/typed-file.ts';
import type { Beginning } from './beginning.ts';
import { type Draft, questionOf } from './draft.ts';
import { Engine } from './engine.ts';
import { keepDraft } from './kept.ts';
import { marksOf } from './marks.ts';
import { Answer, type Result, ToAnswer } from './view/answer.tsx';
import { EditorPane, type GivenText, type Wish } from './view/editor-pane.tsx';
import { Head } from './view/head.tsx';
import { AddressBar, Files, Place, RequestDetails } from './view/question-form.tsx';
import { Remarks } from './view/remarks.tsx';

/** How long typing has to rest before the engine is asked, in milliseconds. */
const REST_MS = 150;

const NO_REMARKS: readonly Remark[] = [];

export function App({ beginning }: { readonly beginning: Beginning }): JSX.Element {
  const [draft, setDraft] = useState(beginning.draft);
  const [notice, setNotice] = useState(beginning.notice);
  const [given, setGiven] = useState<GivenText>(beginning.draft);
  const [hint, setHint] = useState(beginning.hint);
  const [here, setHere] = useState(0);
  const [wish, setWish] = useState<Wish>();
  const result = useAnswer(draft);
  const change = useCallback((fields: Partial<Draft>) => {
    setDraft((before) => ({ ...before, ...fields }));
    setNotice(undefined);
  }, []);
  const reveal = useCallback((line: number) => setWish({ line }), []);
  const answer = result.answer;
  const marks = useMemo(
    () => marksOf(answer?.story, answer?.question.text ?? '', (file) => file === TYPED_FILE),
    [answer],
  );
  return (
    <>
      <Head
        draft={draft}
        choose={(example) => {
          setDraft(example.draft);
          setGiven({ text: example.draft.text });
          setHint(example.hint);
          setNotice(undefined);
        }}
      />
      <main>
        {notice === undefined ? null : (
          <p class="notice" role="alert">
            {notice}
          </p>
        )}
        {hint === undefined ? null : (
          <p class="example-hint" data-testid="hint">
            <span>
              <strong>Look at:</strong> {hint}
            </span>
            <button type="button" class="small" onClick={() => setHint(undefined)}>
              Close
            </button>
          </p>
        )}
        <div class="sides">
          <section class="side" aria-labelledby="side-title">
            <div class="bar">
              <h2 id="side-title">Configuration</h2>
              <Place draft={draft} change={change} />
            </div>
            <EditorPane
              given={given}
              marks={marks}
              remarks={answer?.remarks ?? NO_REMARKS}
              wish={wish}
              changed={(text) => change({ text })}
              moved={setHere}
              picked={showStep}
            />
            <p class="hint keys">
              <kbd>Esc</kbd> then <kbd>Tab</kbd> leaves the editor, <kbd>F8</kbd> goes to the next remark,{' '}
              <kbd>Ctrl</kbd> <kbd>Enter</kbd> to what a line has done.
            </p>
            <Remarks remarks={answer?.remarks ?? NO_REMARKS} reveal={reveal} />
            <Files draft={draft} change={change} />
            <ToAnswer result={result} />
          </section>
          <section class="side" aria-labelledby="answer-title">
            <h2 id="answer-title" class="spoken">
              Request and answer
            </h2>
            <AddressBar draft={draft} change={change} />
            <RequestDetails draft={draft} change={change} />
            <Answer
              result={result}
              here={here}
              reveal={reveal}
              follow={(url) => change({ url, method: 'GET' })}
            />
          </section>
        </div>
      </main>
    </>
  );
}

/** From the editor to the first step of the story that speaks of a line. */
function showStep(line: number): void {
  document.querySelector<HTMLElement>(`[data-line="${line}"]`)?.focus();
}

/** What the engine has said, and of which draft. */
interface Said extends Omit<Result, 'isAsked'> {
  readonly draft: Draft | undefined;
}

/** Asks the engine whenever a draft has come to rest. */
function useAnswer(draft: Draft): Result {
  const [said, setSaid] = useState<Said>({ draft: undefined, answer: undefined, problem: undefined });
  const engine = useRef<Engine | undefined>(undefined);
  // The engine answers what it was asked last.
  const asked = useRef<Draft | undefined>(undefined);
  useEffect(() => {
    engine.current = new Engine({
      answered: (answer) => setSaid({ draft: asked.current, answer, problem: answer.problem }),
      failed: (problem) => setSaid({ draft: asked.current, answer: undefined, problem }),
    });
    return () => engine.current?.close();
  }, []);
  useEffect(() => {
    const isFirst = asked.current === undefined;
    const timer = setTimeout(
      () => {
        asked.current = draft;
        const question = questionOf(draft);
        if (typeof question === 'object') engine.current?.ask(question);
        else {
          engine.current?.forget();
          setSaid({ draft, answer: undefined, problem: question });
        }
        if (!isFirst) remember(draft);
      },
      isFirst ? 0 : REST_MS,
    );
    return () => clearTimeout(timer);
  }, [draft]);
  return { isAsked: said.draft !== draft, answer: said.answer, problem: said.problem };
}

/** What has been changed is no longer what a link says. */
function remember(draft: Draft): void {
  if (location.hash !== '') history.replaceState(null, '', location.pathname);
  void keepDraft(draft);
}
