// The corpus through the whole of the built portico: the backend gets the requests that the parser reads and no others,
// each as one message with one framing; a client gets what the parser reads of a backend, once, or an error.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWireFile, type WireEntry, wireFiles } from './corpus-file.ts';
import { askLanes, type Lanes, startLanes } from './lanes.ts';
import { writeText } from './notation.ts';
import { readEntry } from './parser-reading.ts';
import { requestFault, responseFault } from './served-faults.ts';

const LANES = 12;
/** Of the bytes of one `{each …}` so many are sent. */
const PER_LINE = 3;

let lanes: Lanes;

beforeAll(async () => {
  lanes = await startLanes('portico', LANES);
});

afterAll(() => lanes.close());

function sample(file: string): WireEntry[] {
  const entries = readWireFile(file);
  return entries.filter(({ place }, at) => entries[at - PER_LINE]?.place !== place);
}

describe('the built portico', () => {
  for (const file of wireFiles()) {
    const isRequests = file.startsWith('requests/');
    it(`passes on of ${file} what its parser reads`, async () => {
      const entries = sample(file);
      const asked = await askLanes(lanes, entries, (lane, { bytes, section }) =>
        isRequests ? lane.askRequests(bytes, true) : lane.askResponses(bytes, section.method),
      );
      const faultOf = isRequests ? requestFault : responseFault;
      const faults = entries.flatMap((entry, at) => {
        const fault = faultOf(readEntry(entry), asked[at]!);
        const shown = writeText(entry.bytes.toString('latin1')).slice(0, 300);
        return fault === undefined ? [] : [`${entry.place}: ${shown}\n    ${fault}`];
      });
      expect(faults.slice(0, 6).join('\n')).toBe('');
      process.kill(lanes.server.pid, 0);
    });
  }
});
