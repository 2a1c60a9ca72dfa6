// SSLProxy*: how servers and <Proxy> sections speak TLS to backends.

import { createSecureContext } from 'node:tls';
import type { Command } from '../../conf/command.ts';
import type { Directive, DirectiveError } from '../../conf/directive.ts';
import { splitWords } from '../../conf/words.ts';
import { lowerAscii } from '../../kit/ascii.ts';
import { serverFiles } from '../contexts.ts';
import { ciphersOf } from './backend-tls.ts';
import type { SslDirConfig, VerifyMode } from './config.ts';
import { readKeyPairFolder, readKeyPairs, readPemFile, readPemFolder } from './files.ts';
import { readProtocols } from './protocols.ts';

type SslCommand = Command<unknown, SslDirConfig>;
type SslDirective = Directive<unknown, SslDirConfig>;

const SECTION_NAMES: { readonly [kind: string]: string } = {
  directory: 'Directory',
  location: 'Location',
  files: 'Files',
  if: 'If',
};

/** Apache's sentence where a line stands in a section that is not about backends. */
function refuseSection(cmd: SslCommand): string | undefined {
  const name = SECTION_NAMES[cmd.section.kind];
  return name === undefined ? undefined : `${cmd.name} not allowed in <${name}> context`;
}

interface Entry {
  readonly args?: SslDirective['args'];
  readonly help: string;
  readonly example: string;
  readonly default?: string;
  readonly set: (cmd: SslCommand, ...words: (string | undefined)[]) => DirectiveError | undefined;
}

function proxyDirective(name: string, { args = 'take1', set, example, ...texts }: Entry): SslDirective {
  return {
    name,
    contexts: serverFiles,
    args,
    ...texts,
    example: `${name} ${example}`,
    set: (cmd, ...words) => refuseSection(cmd) ?? set(cmd, ...words),
  };
}

type FlagKey = 'proxyEngine' | 'checkPeerName' | 'checkPeerCn' | 'checkPeerExpire';

function flag(name: string, key: FlagKey, texts: { help: string; default: string }): SslDirective {
  return proxyDirective(name, {
    args: 'flag',
    ...texts,
    example: 'On',
    set: (cmd, value) => {
      cmd.dir[key] = value === 'on';
      return undefined;
    },
  });
}

type FileKey = 'caFile' | 'caPath' | 'crlFile' | 'crlPath' | 'machineChain' | 'machineFile' | 'machinePath';

/** A directive whose argument is a file or a folder that `read` takes in. */
function file<K extends FileKey>(
  name: string,
  key: K,
  read: (cmd: SslCommand, path: string) => NonNullable<SslDirConfig[K]> | { message: string },
  texts: { help: string; example: string },
): SslDirective {
  return proxyDirective(name, {
    ...texts,
    set: (cmd, path = '') => {
      const found = read(cmd, path);
      if ('message' in found) return found;
      cmd.dir[key] = found as SslDirConfig[K];
      return undefined;
    },
  });
}

const VERIFY_WORDS: { readonly [word: string]: VerifyMode } = {
  none: 'none',
  off: 'none',
  optional: 'optional',
  require: 'require',
  on: 'require',
  optional_no_ca: 'optional_no_ca',
};

function setVerify(cmd: SslCommand, word: string): DirectiveError | undefined {
  const key = lowerAscii(word);
  if (!Object.hasOwn(VERIFY_WORDS, key)) return `${cmd.name}: Invalid argument '${word}'`;
  cmd.dir.verify = VERIFY_WORDS[key]!;
  return undefined;
}

function setDepth(cmd: SslCommand, word: string): DirectiveError | undefined {
  const depth = Number.parseInt(word, 10) || 0;
  if (depth < 0) return `${cmd.name}: Invalid argument '${word}'`;
  cmd.dir.verifyDepth = depth;
  return undefined;
}

function setRevocationCheck(cmd: SslCommand, text: string): DirectiveError | undefined {
  const [mode = '', ...flags] = splitWords(text).map((word) => word.text);
  const check = lowerAscii(mode);
  if (check !== 'none' && check !== 'leaf' && check !== 'chain') {
    return `${cmd.name}: Invalid argument '${mode}'`;
  }
  for (const word of flags) {
    if (lowerAscii(word) !== 'no_crl_for_cert_ok') return `${cmd.name}: Invalid argument '${word}'`;
    return {
      message: `${cmd.name}: no_crl_for_cert_ok is not supported`,
      why: 'a certificate without a list could not be told from one that nobody has signed',
      hint: 'give the lists of all authorities in SSLProxyCARevocationFile, or leave the check out',
    };
  }
  cmd.dir.crlCheck = check;
  return undefined;
}

function setProtocols(cmd: SslCommand, text: string): DirectiveError | undefined {
  const range = readProtocols(cmd, text);
  if (typeof range === 'string') return range;
  cmd.dir.protocols = range;
  return undefined;
}

/** Null and export ciphers are never spoken, whatever the list says. */
const NEVER = ':!aNULL:!eNULL:!EXP';

function setCiphers(cmd: SslCommand, first: string, second: string | undefined): DirectiveError | undefined {
  const [version, list] = second === undefined ? ['SSL', first] : [first, second];
  if (version !== 'SSL' && version !== 'TLSv1.3') return `protocol '${version}' not supported`;
  const chosen = version === 'SSL' ? { ciphers: list + NEVER } : { ciphers13: list };
  try {
    createSecureContext({ ciphers: ciphersOf(chosen) });
  } catch (error) {
    const message =
      version === 'SSL'
        ? 'AH01898: Unable to configure permitted SSL ciphers'
        : 'AH10127: Unable to configure permitted TLSv1.3 ciphers';
    return { message, why: `OpenSSL says: ${(error as Error).message}` };
  }
  Object.assign(cmd.dir, chosen);
  return undefined;
}

export const proxyDirectives: readonly SslDirective[] = [
  flag('SSLProxyEngine', 'proxyEngine', {
    help: 'SSL switch for the proxy protocol engine: whether backends may be spoken to over TLS',
    default: 'SSLProxyEngine Off',
  }),
  proxyDirective('SSLProxyVerify', {
    help: "SSL Proxy: whether to verify the remote certificate; without a line it is verified against the system's authorities",
    example: 'none',
    default: 'SSLProxyVerify require',
    set: (cmd, word = '') => setVerify(cmd, word),
  }),
  proxyDirective('SSLProxyVerifyDepth', {
    help: "SSL Proxy: maximum certificate verification depth ('N' - number of intermediate certificates)",
    example: '2',
    default: 'SSLProxyVerifyDepth 1',
    set: (cmd, word = '') => setDepth(cmd, word),
  }),
  flag('SSLProxyCheckPeerExpire', 'checkPeerExpire', {
    help: "SSL Proxy: check the peer certificate's expiration date",
    default: 'SSLProxyCheckPeerExpire On',
  }),
  flag('SSLProxyCheckPeerCN', 'checkPeerCn', {
    help: "SSL Proxy: check the peer certificate's CN",
    default: 'SSLProxyCheckPeerCN On',
  }),
  flag('SSLProxyCheckPeerName', 'checkPeerName', {
    help: "SSL Proxy: check the peer certificate's name (must be present in subjectAltName extension or CN)",
    default: 'SSLProxyCheckPeerName On',
  }),
  file('SSLProxyCACertificateFile', 'caFile', (cmd, path) => readPemFile(cmd, path, 'certificates'), {
    help: 'SSL Proxy: file containing the certificates of the authorities that backends are verified against, PEM encoded',
    example: 'conf/backend-authority.pem',
  }),
  file('SSLProxyCACertificatePath', 'caPath', (cmd, path) => readPemFolder(cmd, path, 'certificates'), {
    help: 'SSL Proxy: directory containing such certificates, with the names that openssl rehash gives',
    example: 'conf/authorities',
  }),
  file('SSLProxyCARevocationFile', 'crlFile', (cmd, path) => readPemFile(cmd, path, 'revocations'), {
    help: 'SSL Proxy: CA Certificate Revocation List (CRL) file, PEM encoded',
    example: 'conf/revoked.crl',
  }),
  file('SSLProxyCARevocationPath', 'crlPath', (cmd, path) => readPemFolder(cmd, path, 'revocations'), {
    help: 'SSL Proxy: CA Certificate Revocation List (CRL) path, with the names that openssl rehash gives',
    example: 'conf/authorities',
  }),
  proxyDirective('SSLProxyCARevocationCheck', {
    args: 'raw',
    help: 'SSL Proxy: CA Certificate Revocation List (CRL) checking mode: none | leaf | chain',
    example: 'none',
    default: 'SSLProxyCARevocationCheck none',
    set: (cmd, text = '') => setRevocationCheck(cmd, text),
  }),
  file('SSLProxyMachineCertificateFile', 'machineFile', readKeyPairs, {
    help: 'SSL Proxy: file containing the certificate that is shown to backends, and its key; of several the first',
    example: 'conf/machine.pem',
  }),
  file('SSLProxyMachineCertificatePath', 'machinePath', readKeyPairFolder, {
    help: 'SSL Proxy: directory containing such files',
    example: 'conf/machines',
  }),
  file(
    'SSLProxyMachineCertificateChainFile',
    'machineChain',
    (cmd, path) => readPemFile(cmd, path, 'certificates'),
    {
      help: 'SSL Proxy: file containing issuing certificates of the client certificate, PEM encoded',
      example: 'conf/backend-authority.pem',
    },
  ),
  proxyDirective('SSLProxyProtocol', {
    args: 'raw',
    help: "SSL Proxy: enable or disable SSL protocol flavors ('[+-][TLSv1|TLSv1.1|TLSv1.2|TLSv1.3] ...')",
    example: 'all -TLSv1 -TLSv1.1',
    default: 'SSLProxyProtocol TLSv1.2 +TLSv1.3',
    set: (cmd, text = '') => setProtocols(cmd, text),
  }),
  proxyDirective('SSLProxyCipherSuite', {
    args: 'take12',
    help: 'SSL Proxy: colon-delimited list of permitted SSL ciphers, optionally preceded by protocol specifier',
    example: 'HIGH:!aNULL',
    set: (cmd, first = '', second = undefined) => setCiphers(cmd, first, second),
  }),
];
