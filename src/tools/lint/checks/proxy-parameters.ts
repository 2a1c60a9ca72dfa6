// Parameters of workers whose values say something else than they look.

import { linesNamed } from '../blocks.ts';
import { type Check, config } from '../check.ts';

/** Read as whole seconds, and no further than the digits go (Apache's manual, ProxyPass). */
const OF_SECONDS = /^(timeout|retry|ttl)=(\d+)(?!\d)(.+)$/i;

const LINES: readonly string[] = ['proxypass', 'proxypassmatch', 'proxyset', 'balancermember'];

const seconds: Check = {
  id: 'proxy-seconds-with-unit',
  severity: 'warning',
  title: 'A unit stands behind a number of seconds',
  why: 'timeout, retry and ttl of a worker are whole seconds, and what stands behind the digits is not read: timeout=500ms is 500 seconds, and timeout=2min is two. Only connectiontimeout, acquire and ping know units.',
  mend: 'Write seconds without a unit.',
  bad: [
    config('ProxyPass /app/ http://127.0.0.1:8000/ timeout=500ms'),
    config(
      '<Proxy balancer://app>\nBalancerMember http://127.0.0.1:8000 retry=2min\n</Proxy>\nProxyPass /app/ balancer://app/',
    ),
  ],
  good: [
    config('ProxyPass /app/ http://127.0.0.1:8000/ timeout=5 connectiontimeout=500ms retry=0'),
    config('<Proxy http://127.0.0.1:8000>\nProxySet timeout=30 ttl=60\n</Proxy>'),
  ],
  run({ blocks }, report) {
    for (const block of blocks)
      for (const name of LINES)
        for (const line of linesNamed(block, name))
          for (const word of line.words) {
            const [, parameter = '', digits = '', rest = ''] = OF_SECONDS.exec(word) ?? [];
            if (rest === '' || rest.startsWith('$')) continue;
            report(line, {
              message: `${word} is ${digits} seconds: ${rest} is not read`,
              hint: `Write ${parameter}=N, in seconds`,
            });
          }
  },
};

export const proxyParameters: readonly Check[] = [seconds];
