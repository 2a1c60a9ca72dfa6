import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../test/support/findings.ts';
import { createMemoryIo } from '../../../conf/memory-io.ts';
import { readSite } from '../../../conf/site.ts';
import { modules } from '../../index.ts';
import { proxy } from '../index.ts';
import { FLAG } from './status-flags.ts';

/** What Apache 2.4.71 says of parameters of a balancer, on a line of ProxyPass. */
const BALANCER: readonly [string, string][] = [
  ['loadfactor=1', 'unknown Balancer parameter'],
  ['constructor=1', 'unknown Balancer parameter'],
  ['lbmethod=random', 'unknown lbmethod'],
  ['lbmethod=ByRequests', 'unknown lbmethod'],
  ['lbmethod=heartbeat', 'unknown lbmethod'],
  ['stickysessionsep=..', 'stickysessionsep must be a single character or Off'],
  ['stickysessionsep=', 'stickysessionsep must be a single character or Off'],
  ['nofailover=maybe', 'failover must be On|Off'],
  ['scolonpathdelim=1', 'scolonpathdelim must be On|Off'],
  ['failontimeout=1', 'failontimeout must be On|Off'],
  ['forcerecovery=1', 'forcerecovery must be On|Off'],
  ['timeout=0', 'timeout must be at least one second'],
  ['maxattempts=-1', 'maximum number of attempts must be a positive number'],
  ['failonstatus=0', 'failonstatus must be one or more HTTP response codes'],
  ['failonstatus=500,600', 'failonstatus must be one or more HTTP response codes'],
  ['growth=0', 'growth must be between 1 and 100'],
  ['growth=101', 'growth must be between 1 and 100'],
  ['nonce=0123456789012345678901234567890123456', 'Provided nonce is too large'],
];

/** What it says of members. */
const MEMBERS: readonly [string, string][] = [
  ['http://h stickysession=x', 'BalancerMember unknown Worker hcheck parameter'],
  ['http://h loadfactor=0.5', 'BalancerMember LoadFactor must be a number between 1..100'],
  ['http://h loadfactor=100.1', 'BalancerMember LoadFactor must be a number between 1..100'],
  ['http://h lbset=100', 'BalancerMember lbset must be between 0 and 99'],
  ['http://h status=+X', 'BalancerMember Unknown status parameter option'],
  ['http://h status=+', 'BalancerMember Unknown status parameter option'],
  ['http://h status=++D', 'BalancerMember Unknown status parameter option'],
  ['http://h retry=-1', 'BalancerMember Retry must be a positive value'],
  ['route=x', 'BalancerMember must define remote proxy server'],
  ['/x', 'BalancerMember URL must be absolute!: /x'],
  ['http://127.0.0.1:x1/', 'BalancerMember Unable to parse URL: http://127.0.0.1:x1/'],
  ['unix:/x.sock', 'BalancerMember URL must be absolute!: unix:/x.sock'],
  ['balancer://app http://h', 'BalancerMember can not have a balancer name when defined in a location'],
];

/** And of whole lines. */
const LINES: readonly [string, string][] = [
  ['BalancerMember', 'BalancerMember must define balancer name when outside <Proxy > section'],
  ['BalancerMember http://h', 'BalancerMember must define remote proxy server'],
  [
    'BalancerMember balancer://app http://h word',
    "Invalid BalancerMember parameter. Parameter must be in the form 'key=value'",
  ],
  [
    '<Location /x>\nBalancerMember http://h\n</Location>',
    'BalancerMember Bad syntax for a balancer name (/x)',
  ],
  ['ProxyPass / balancer://', 'ProxyPass Bad syntax for a balancer name (balancer://)'],
  ['ProxyPass / balancer:app', 'ProxyPass Bad syntax for a balancer name (balancer:app)'],
  [
    `ProxyPass / balancer://${'0123456789'.repeat(9)}/`,
    `ProxyPass balancer name (balancer://${'0123456789'.repeat(9)}) too long`,
  ],
  ['ProxySet balancer://app timeout=1', "ProxySet can not find 'balancer://app' Balancer."],
  [
    '<Proxy balancer://app>\nProxySet word\n</Proxy>',
    "Invalid ProxySet parameter. Parameter must be in the form 'key=value'",
  ],
  [
    '<Proxy balancer://app>\nProxySet loadfactor=1\n</Proxy>',
    'ProxySet: unknown Balancer parameter loadfactor=1; balancer://app',
  ],
  [
    '<Proxy balancer://app word>\n</Proxy>',
    "Invalid Proxy parameter. Parameter must be in the form 'key=value'",
  ],
  [
    '<Proxy balancer://app timeout=0>\n</Proxy>',
    '<Proxy timeout must be at least one second timeout=0; balancer://app',
  ],
  ['BalancerGrowth -1', 'BalancerGrowth must be between 0 and 1000'],
  ['BalancerGrowth 1001', 'BalancerGrowth must be between 0 and 1000'],
  ['BalancerInherit maybe', 'BalancerInherit must be On or Off'],
  ['BalancerPersist maybe', 'BalancerPersist must be On or Off'],
];

describe("Apache's sentences", () => {
  it.each(BALANCER)('%s on a ProxyPass line: %s', (parameter, message) => {
    expect(findingsOf(`ProxyPass / balancer://app/ ${parameter}`).errors).toEqual([`ProxyPass ${message}`]);
  });

  it.each(MEMBERS)('BalancerMember %s: %s', (line, message) => {
    expect(findingsOf(`<Proxy balancer://app>\nBalancerMember ${line}\n</Proxy>`).errors).toEqual([message]);
  });

  it.each(LINES)('%s: %s', (line, message) => {
    expect(findingsOf(line).errors).toEqual([message]);
  });

  it('a method whose module is not loaded is unknown, and the hint names the line that loads it', () => {
    const { diagnostics } = readSite({
      sources: [
        {
          name: '/test.conf',
          text: 'LoadModule proxy_module a.so\nLoadModule proxy_balancer_module b.so\nProxyPass / balancer://app/ lbmethod=bytraffic',
        },
      ],
      modules,
      io: createMemoryIo({}),
    });
    expect(diagnostics).toMatchObject([
      {
        message: 'ProxyPass unknown lbmethod',
        hint: 'add LoadModule lbmethod_bytraffic_module modules/mod_lbmethod_bytraffic.so',
      },
    ]);
  });

  it('a line that makes no member says so, and why its parameters do not count', () => {
    const { errors, warnings } = findingsOf(
      '<Proxy balancer://app>\nBalancerMember http://h/a\nBalancerMember http://h/a/b route=x\n</Proxy>',
    );
    expect(errors).toEqual([]);
    expect(warnings).toEqual([
      "AH01149: Sharing worker 'http://h/a' instead of creating new worker 'http://h/a/b'",
      "AH01150: Ignoring parameter 'route=x' for worker 'http://h/a' because of worker sharing",
    ]);
  });
});

describe('a balancer as it is read', () => {
  it('has its parameters and its members in the order of their lines', () => {
    const { site, diagnostics } = readSite({
      sources: [
        {
          name: '/test.conf',
          text: [
            '<Proxy "balancer://App" timeout=3>',
            'BalancerMember HTTP://One:80/x route=one loadfactor=2.555 lbset=3 status=+D-D+hN retry=5',
            'BalancerMember "unix:/run/a.sock|http://two" redirect=one',
            'ProxySet stickysession=A|b maxattempts=4 failonstatus=500,503 lbmethod=bytraffic',
            '</Proxy>',
            'ProxyPass /app balancer://app nofailover=On',
          ].join('\n'),
        },
      ],
      modules,
      io: createMemoryIo({}),
    });
    expect(diagnostics).toEqual([]);
    const { balancers } = proxy.serverOf(site!.main);
    expect(balancers).toHaveLength(1);
    const [{ name, params, members, path }] = balancers as [(typeof balancers)[0]];
    expect([name, path]).toEqual(['balancer://app', '/app']);
    expect(params).toEqual({
      timeout: 3000,
      sticky: 'A',
      stickyPath: 'b',
      maxAttempts: 4,
      failOnStatus: [500, 503],
      lbmethod: 'bytraffic',
      noFailover: true,
    });
    expect(members.map((member) => [member.url, member.socket])).toEqual([
      ['http://one/x', undefined],
      ['http://two', '/run/a.sock'],
    ]);
    expect(members[0]!.params).toMatchObject({
      route: 'one',
      loadFactor: 255,
      lbSet: 3,
      status: FLAG.HOT_STANDBY | FLAG.DRAIN,
      retry: 5000,
    });
    expect(members[1]!.params.redirect).toBe('one');
  });
});
