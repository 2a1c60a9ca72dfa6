import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../test/support/findings.ts';

function member(parameters: string): string {
  return `<Proxy "balancer://app">\nBalancerMember "http://127.0.0.1:8001" ${parameters}\n</Proxy>`;
}

/** What Apache 2.4.71 says of these parameters of a member. */
const REFUSED_PARAMETERS: readonly (readonly [parameter: string, error: string])[] = [
  ['hcmethod=CPING', 'BalancerMember Health check method CPING not (yet) implemented'],
  ['hcmethod=PROVIDER', 'BalancerMember Health check method PROVIDER not (yet) implemented'],
  ['hcmethod=POST', 'BalancerMember Unknown method'],
  ['hcinterval=99ms', 'BalancerMember Interval must be a positive value greater than 100ms'],
  ['hcinterval=soon', 'BalancerMember Interval must be a positive value greater than 100ms'],
  ['hcinterval=', 'BalancerMember Interval must be a positive value greater than 100ms'],
  ['hcinterval=5x', 'BalancerMember Unparse-able hcinterval setting'],
  ['hcinterval=5S', 'BalancerMember Unparse-able hcinterval setting'],
  ['hcinterval=1.5', 'BalancerMember Unparse-able hcinterval setting'],
  ['hcinterval=-1', 'BalancerMember Unparse-able hcinterval setting'],
  ['hcinterval=200mx', 'BalancerMember Unparse-able hcinterval setting'],
  ['hcinterval=99999999999999999999', 'BalancerMember Unparse-able hcinterval setting'],
  ['hcpasses=-1', 'BalancerMember Passes must be a positive value'],
  ['hcfails=-1', 'BalancerMember Fails must be a positive value'],
  [`hcuri=${'/'.repeat(64)}`, 'BalancerMember Health check uri length must be < 64 characters'],
  ['hcwhat=1', 'BalancerMember unknown Worker hcheck parameter'],
  ['foo=1', 'BalancerMember unknown Worker hcheck parameter'],
  ['toString=1', 'BalancerMember unknown Worker hcheck parameter'],
  ['hcexpr=nope', 'BalancerMember Unknown health check condition expr: nope'],
  ['hctemplate=nope', 'BalancerMember Unknown ProxyHCTemplate name: nope'],
];

/** What it says of these lines. */
const REFUSED_LINES: readonly (readonly [line: string, error: string])[] = [
  ['ProxyHCTemplate', 'Missing template name for ProxyHCTemplate'],
  [
    'ProxyHCTemplate one hcmethod',
    "Invalid ProxyHCTemplate parameter. Parameter must be in the form 'key=value'",
  ],
  ['ProxyHCTemplate one hcmethod=POST', 'ProxyHCTemplate: Unknown method hcmethod=POST; one'],
  ['ProxyHCTemplate one timeout=5', 'ProxyHCTemplate: unknown Worker hcheck parameter timeout=5; one'],
  ['ProxyHCExpr', 'Missing expression name for ProxyHCExpr'],
  ["ProxyHCExpr '' {true}", 'Missing expression name for ProxyHCExpr'],
  ['ProxyHCExpr a', 'Missing expression for ProxyHCExpr'],
  ['ProxyHCExpr a {}', 'Missing expression for ProxyHCExpr'],
  ['ProxyHCExpr a {true} b', 'error: extra parameter(s)'],
  [
    'ProxyHCExpr a {%{REQUEST_STATUS} ==}',
    'Could not parse expression "%{REQUEST_STATUS} ==": syntax error, unexpected $end',
  ],
  [
    "ProxyHCExpr a {%{NO_SUCH} == 'x'}",
    `Could not parse expression "%{NO_SUCH} == 'x'": Variable 'NO_SUCH' does not exist`,
  ],
  ['ProxyHCExpr a234567890123456 {true}', 'Expression name limited to 15 characters'],
  ['ProxyHCTPsize -1', 'Invalid ProxyHCTPsize parameter. Parameter must be >= 0'],
  ['ProxyPass /x http://a/ foo=1', 'ProxyPass unknown Worker hcheck parameter'],
  ['ProxyPass /x http://a/ hcmethod=POST', 'ProxyPass Unknown method'],
  [
    '<Proxy http://a/>\nProxySet hcmethod=POST\n</Proxy>',
    'ProxySet: Unknown method hcmethod=POST; http://a/',
  ],
];

const ACCEPTED: readonly string[] = [
  'hcmethod=none',
  'hcmethod=Get11',
  'hcinterval=5min',
  'hcinterval=5minutes',
  'hcinterval=5seconds',
  'hcinterval=+5',
  'hcinterval=100ms',
  'hcpasses=0',
  'hcfails=x',
  `hcuri=${'/'.repeat(63)}`,
];

describe('parameters of health checks', () => {
  for (const [parameter, error] of REFUSED_PARAMETERS) {
    it(`refuse ${parameter.slice(0, 40)}`, () =>
      expect(findingsOf(member(parameter)).errors).toEqual([error]));
  }
  for (const parameter of ACCEPTED) {
    it(`take ${parameter.slice(0, 40)}`, () =>
      expect(findingsOf(member(parameter))).toEqual({ errors: [], warnings: [] }));
  }

  it('are unknown without mod_proxy_hcheck', () => {
    const loads = ['proxy', 'proxy_http', 'proxy_balancer', 'lbmethod_byrequests', 'slotmem_shm']
      .map((name) => `LoadModule ${name}_module x.so\n`)
      .join('');
    expect(findingsOf(loads + member('hcmethod=TCP')).errors).toEqual([
      'BalancerMember unknown Worker parameter',
    ]);
    expect(
      findingsOf(`${loads}LoadModule proxy_hcheck_module x.so\n${member('hcmethod=TCP')}`).errors,
    ).toEqual([]);
  });

  it('of a worker outside balancers are taken and warned of', () => {
    expect(findingsOf('ProxyPass /x http://a/ hcmethod=TCP')).toEqual({
      errors: [],
      warnings: [
        'ProxyPass: parameter hcmethod has no effect here: health checks are for members of balancers',
      ],
    });
  });
});

describe('lines of health checks', () => {
  for (const [line, error] of REFUSED_LINES) {
    it(`refuse ${line.replaceAll('\n', ' ')}`, () => expect(findingsOf(line).errors).toEqual([error]));
  }

  it('take braces in braces, quotes, and braces that are not closed', () => {
    const text = [
      "ProxyHCExpr one {%{HC_BODY} =~ /^a{2}$/ && %{resp:X-A} in {'a', 'b'}}",
      "ProxyHCExpr two \"hc('body') == 'x'\"",
      'ProxyHCExpr three {true',
      'ProxyHCTemplate t hctemplate=t hcexpr=ONE hcuri=',
    ];
    expect(findingsOf(text.join('\n'))).toEqual({ errors: [], warnings: [] });
  });

  it('of a template that was refused leave nothing behind', () => {
    const { errors } = findingsOf(`ProxyHCTemplate t hcmethod=POST\n${member('hctemplate=t')}`);
    expect(errors).toContain('BalancerMember Unknown ProxyHCTemplate name: t');
  });
});
