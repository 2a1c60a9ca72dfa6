// The directives of mod_ssl for clients. Clients are not spoken to over TLS yet: what would make a server speak it is
// an error, so that nothing that is meant to be private is served in the clear; what only tunes it is accepted.

import type { Context, Override } from '../../conf/context.ts';
import type { Directive, DirectiveError } from '../../conf/directive.ts';
import { equalsIgnoreCase } from '../../kit/ascii.ts';
import { everywhere, mainServer, sections, servers } from '../contexts.ts';
import type { SslDirConfig } from './config.ts';

type SslDirective = Directive<unknown, SslDirConfig>;

function setEngine(word: string): DirectiveError | undefined {
  if (equalsIgnoreCase(word, 'off')) return undefined;
  if (!equalsIgnoreCase(word, 'on') && !equalsIgnoreCase(word, 'optional')) {
    return 'Argument must be On, Off, or Optional';
  }
  return {
    message: `SSLEngine ${word} is not supported: portico does not speak TLS to clients yet`,
    why: 'this server would answer in plain HTTP what is meant to be encrypted',
    hint:
      'let a load balancer or another server end TLS in front of portico, and write SSLEngine Off here; ' +
      'backends are reached over TLS with SSLProxyEngine On',
  };
}

/** Why what only tunes TLS for clients does nothing. */
const NO_CLIENTS = 'portico does not speak TLS to clients yet';

interface Details {
  readonly contexts?: readonly Context[];
  readonly override?: Override;
  readonly args?: SslDirective['args'];
}

/** Name, help, example, and what differs from one argument outside sections. */
type Row = readonly [name: string, help: string, example: string, more?: Details];

const IN_SECTIONS: Details = { contexts: everywhere, override: 'AuthConfig' };
const FLAG: Details = { args: 'flag' };
const RAW: Details = { args: 'raw' };

const rows: readonly Row[] = [
  [
    'SSLPassPhraseDialog',
    'SSL dialog mechanism for the pass phrase query (builtin, |/path/to/pipe_program, or exec:/path/to/cgi_program)',
    'builtin',
    { contexts: mainServer },
  ],
  ['SSLSessionCache', 'SSL Session Cache storage', 'none', { contexts: mainServer }],
  [
    'SSLCryptoDevice',
    "SSL external Crypto Device usage ('builtin', '...')",
    'builtin',
    { contexts: mainServer },
  ],
  [
    'SSLRandomSeed',
    'SSL Pseudo Random Number Generator (PRNG) seeding source',
    'startup builtin',
    { contexts: mainServer, args: 'take23' },
  ],
  ['SSLFIPS', 'Enable FIPS-140 mode', 'Off', FLAG],
  [
    'SSLCipherSuite',
    'Colon-delimited list of permitted SSL Ciphers, optional preceded by protocol identifier',
    'HIGH:!aNULL',
    { ...IN_SECTIONS, args: 'take12' },
  ],
  ['SSLCertificateFile', 'SSL Server Certificate file', '/etc/ssl/certs/server.pem'],
  ['SSLCertificateKeyFile', 'SSL Server Private Key file', '/etc/ssl/private/server.key'],
  ['SSLCertificateChainFile', 'SSL Server CA Certificate Chain file', '/etc/ssl/certs/chain.pem'],
  ['SSLSessionTicketKeyFile', 'TLS session ticket encryption/decryption key file', '/etc/ssl/ticket.key'],
  ['SSLCACertificatePath', 'SSL CA Certificate path', '/etc/ssl/certs', IN_SECTIONS],
  ['SSLCACertificateFile', 'SSL CA Certificate file', '/etc/ssl/certs/ca.pem', IN_SECTIONS],
  ['SSLCADNRequestPath', 'SSL CA Distinguished Name path', '/etc/ssl/certs'],
  ['SSLCADNRequestFile', 'SSL CA Distinguished Name file', '/etc/ssl/certs/ca.pem'],
  ['SSLCARevocationPath', 'SSL CA Certificate Revocation List (CRL) path', '/etc/ssl/crl'],
  ['SSLCARevocationFile', 'SSL CA Certificate Revocation List (CRL) file', '/etc/ssl/ca.crl'],
  ['SSLCARevocationCheck', 'SSL CA Certificate Revocation List (CRL) checking mode', 'none', RAW],
  ['SSLVerifyClient', 'SSL Client verify type', 'none', IN_SECTIONS],
  ['SSLVerifyDepth', 'SSL Client verify depth', '1', IN_SECTIONS],
  ['SSLSessionCacheTimeout', 'SSL Session Cache object lifetime', '300'],
  ['SSLProtocol', 'Enable or disable various SSL protocols', 'all -SSLv3', RAW],
  ['SSLHonorCipherOrder', "Use the server's cipher ordering preference", 'On', FLAG],
  ['SSLCompression', 'Enable SSL level compression', 'Off', FLAG],
  ['SSLSessionTickets', 'Enable or disable TLS session tickets', 'Off', FLAG],
  ['SSLInsecureRenegotiation', 'Enable support for insecure renegotiation', 'Off', FLAG],
  ['SSLUserName', 'Set user name to SSL variable value', 'SSL_CLIENT_S_DN_CN', IN_SECTIONS],
  ['SSLStrictSNIVHostCheck', 'Strict SNI virtual host checking', 'Off', FLAG],
  ['SSLVHostSNIPolicy', 'SSL SNI virtual host policy', 'secure', { contexts: mainServer }],
  ['SSLSRPVerifierFile', 'SRP verifier file', '/etc/ssl/passwd.srpv'],
  ['SSLSRPUnknownUserSeed', 'SRP seed for unknown users', 'secret'],
  [
    'SSLOptions',
    'Set one or more options to configure the SSL engine',
    '+StdEnvVars',
    { contexts: everywhere, override: 'Options', args: 'raw' },
  ],
  [
    'SSLRequire',
    'Require a boolean expression to evaluate to true for granting access; as in Apache, of TLS connections only',
    '%{SSL_CIPHER_USEKEYSIZE} >= 128',
    { ...IN_SECTIONS, contexts: sections, args: 'raw' },
  ],
  [
    'SSLRenegBufferSize',
    'The amount of memory that is used for buffering the request body if a renegotiation is required',
    '131072',
    { ...IN_SECTIONS, contexts: sections },
  ],
  ['SSLOCSPEnable', 'Enable use of OCSP to verify certificate revocation', 'off', RAW],
  ['SSLOCSPDefaultResponder', 'URL of the default OCSP Responder', 'http://ocsp.example.com/'],
  ['SSLOCSPOverrideResponder', 'Force use of the default responder URL', 'Off', FLAG],
  ['SSLOCSPResponseTimeSkew', 'Maximum time difference in OCSP responses', '300'],
  ['SSLOCSPResponseMaxAge', 'Maximum age of OCSP responses', '3600'],
  ['SSLOCSPResponderTimeout', 'OCSP responder query timeout', '10'],
  ['SSLOCSPUseRequestNonce', 'Whether OCSP queries use a nonce or not', 'On', FLAG],
  ['SSLOCSPProxyURL', 'Proxy URL to use for OCSP requests', 'http://proxy.example.com/'],
  ['SSLOCSPNoVerify', 'Do not verify OCSP Responder certificate', 'Off', FLAG],
  ['SSLOCSPResponderCertificateFile', 'Trusted OCSP responder certificates', '/etc/ssl/ocsp.pem'],
  ['SSLStaplingCache', 'SSL Stapling Response Cache storage', 'dbm:ssl_stapling', { contexts: mainServer }],
  ['SSLUseStapling', 'SSL switch for the OCSP Stapling protocol', 'Off', FLAG],
  ['SSLStaplingResponseTimeSkew', 'SSL stapling option for maximum time difference in OCSP responses', '300'],
  ['SSLStaplingResponderTimeout', 'SSL stapling option for OCSP responder timeout', '10'],
  ['SSLStaplingResponseMaxAge', 'SSL stapling option for maximum age of OCSP responses', '3600'],
  ['SSLStaplingStandardCacheTimeout', 'SSL stapling option for normal OCSP Response Cache Lifetime', '3600'],
  [
    'SSLStaplingReturnResponderErrors',
    'SSL stapling switch to return Status Errors Back to Client',
    'On',
    FLAG,
  ],
  ['SSLStaplingFakeTryLater', 'SSL stapling switch to send tryLater response to client on error', 'On', FLAG],
  ['SSLStaplingErrorCacheTimeout', 'SSL stapling option for OCSP Response Error Cache Lifetime', '600'],
  ['SSLStaplingForceURL', 'SSL stapling option to Force the OCSP Stapling URL', 'http://ocsp.example.com/'],
  ['SSLOpenSSLConfCmd', 'OpenSSL configuration command', 'Options Bugs', { args: 'take2' }],
];

function accept([
  name,
  help,
  example,
  { contexts = servers, override, args = 'take1' } = {},
]: Row): SslDirective {
  return {
    name,
    contexts,
    ...(override === undefined ? {} : { override }),
    args,
    help,
    noEffect: NO_CLIENTS,
    example: `${name} ${example}`,
    set: () => undefined,
  };
}

export const clientDirectives: readonly SslDirective[] = [
  {
    name: 'SSLEngine',
    contexts: servers,
    args: 'take1',
    default: 'SSLEngine Off',
    help: 'SSL switch for the protocol engine; On is an error, as clients are not spoken to over TLS yet',
    example: 'SSLEngine Off',
    set: (_cmd, word = '') => setEngine(word),
  },
  {
    name: 'SSLRequireSSL',
    contexts: sections,
    override: 'AuthConfig',
    args: 'none',
    help: 'Require the SSL protocol for the per-directory context: every request that comes without it is 403',
    example: 'SSLRequireSSL',
    set: (cmd) => {
      cmd.dir.requiresTls = true;
      return undefined;
    },
  },
  ...rows.map(accept),
];
