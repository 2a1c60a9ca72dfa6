// The corpus through the whole of the built portico: the backend gets the requests that the parser reads and no others,
// each as one message with one framing; a client gets what the parser reads of a backend, once, or an error.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWireFile, type WireEntry, wireFiles } from './corpus-file.ts';
import { type Asked, askLanes, type Lanes, startLanes } from './lanes.ts';
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

/** The status that answers what did not come to its end; '' where the connection ended without an answer to it. */
function lastStatus({ view }: Asked, { expected }: WireEntry): string {
  const finals = view.answers.filter(({ status }) => !status.startsWith('1'));
  return finals[expected.messages.length]?.status ?? '';
}

describe('the built portico', () => {
  it('waits for no message for ever', async () => {
    const entries = wireFiles()
      .filter((file) => file.startsWith('requests/'))
      .flatMap(sample)
      .filter(({ expected }) => expected.end === 'more');
    const impatient = await startLanes('portico', 48, 'Timeout 1\n');
    try {
      const asked = await askLanes(impatient, entries, (lane, { bytes }) => lane.askRequests(bytes, false));
      const wrong = entries.filter((_, at) => !/^$|^[24]\d\d$/.test(lastStatus(asked[at]!, entries[at]!)));
      expect(wrong.map(({ place }) => place)).toEqual([]);
      expect(entries.length).toBeGreaterThan(80);
    } finally {
      await impatient.close();
    }
  });

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
