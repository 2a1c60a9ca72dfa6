// The worker in which the engine runs: a question in, its answer out, one at a time.

import { changesAfter } from '../tools/playground/changes.ts';
import { type PlayQuestion, play } from '../tools/playground/play.ts';
import type { Reply } from './engine.ts';

const reply = (message: Reply): void => postMessage(message);

addEventListener('message', ({ data }: MessageEvent<PlayQuestion>) => {
  answer(data).then(reply, (error: unknown) => reply({ kind: 'failure', text: String(error) }));
});

async function answer(question: PlayQuestion): Promise<Reply> {
  const answer = await play(question);
  const changes = answer.story === undefined ? [] : await changesAfter(question, answer.story);
  return { kind: 'answer', answer: { ...answer, question, changes } };
}

reply({ kind: 'ready' });
