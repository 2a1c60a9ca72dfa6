// The worker in which the engine runs: a question in, its answer out, one at a time.

import { type PlayQuestion, play } from '../tools/playground/play.ts';
import type { Reply } from './engine.ts';

const reply = (message: Reply): void => postMessage(message);

addEventListener('message', ({ data }: MessageEvent<PlayQuestion>) => {
  play(data).then(
    (answer) => reply({ kind: 'answer', answer }),
    (error: unknown) => reply({ kind: 'failure', text: String(error) }),
  );
});

reply({ kind: 'ready' });
