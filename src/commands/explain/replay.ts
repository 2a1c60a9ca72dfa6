// `portico explain --log`: a whole access log put to a configuration; and with `--apache`, what an upgrade makes of it.

import { ERAS } from '../../kit/era.ts';
import { latin1 } from '../../tools/bytes.ts';
import { drawReplay } from '../../tools/draw-replay.ts';
import { Replay } from '../../tools/replay.ts';
import { compareAll } from '../diff/compare-all.ts';
import type { ExplainOptions } from './arguments.ts';
import { openSource } from './open.ts';
import { printJson, printText, storyPainter } from './print.ts';
import { readRequests } from './read-requests.ts';

export async function runReplay(options: ExplainOptions, log: string): Promise<number> {
  if (options.version !== undefined) {
    const [oldest, newest] = [{ era: ERAS.get(options.version) }, {}];
    const input = { log, host: options.host };
    const code = await compareAll([options, options], [oldest, newest], input, {
      isAll: options.isVerbose,
      isJson: options.format === 'json',
    });
    return code === 2 ? 2 : 0;
  }
  const opened = await openSource(options, { ruleLevel: 0, isStill: true });
  if (opened === undefined) return 1;
  const { site, shorten } = opened;
  try {
    const host = options.host === undefined ? undefined : latin1(options.host);
    const replay = new Replay(site, { host });
    await readRequests(log, (line) => replay.take(line));
    const report = replay.report();
    if (options.format === 'json') printJson({ ...report, outcomes: Object.fromEntries(report.outcomes) });
    else printText(drawReplay(report, { painter: storyPainter, shorten }));
    return report.requests === 0 ? 1 : 0;
  } finally {
    await site.close();
  }
}
