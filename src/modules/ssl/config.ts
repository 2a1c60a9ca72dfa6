// What mod_ssl's directives say, and how servers and sections inherit it. Unset settings are undefined; readers apply
// the defaults.

/** A file that a directive names, as it was when the configuration was read. */
export interface NamedFile {
  readonly path: string;
  /** Latin1. */
  readonly text: string;
}

export type VerifyMode = 'none' | 'optional' | 'require' | 'optional_no_ca';

/** The oldest and the newest version of TLS that may be spoken. */
export interface ProtocolRange {
  readonly oldest: TlsVersion;
  readonly newest: TlsVersion;
}

export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

/** A certificate that a server shows to its backends, with its key. */
export interface KeyPair {
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
}

export interface SslDirConfig {
  /** SSLRequireSSL. */
  requiresTls?: boolean;
  /** SSLProxyEngine. */
  proxyEngine?: boolean;
  verify?: VerifyMode;
  verifyDepth?: number;
  checkPeerName?: boolean;
  checkPeerCn?: boolean;
  checkPeerExpire?: boolean;
  caFile?: NamedFile;
  /** What the files of SSLProxyCACertificatePath hold. */
  caPath?: NamedFile;
  crlFile?: NamedFile;
  crlPath?: NamedFile;
  /** SSLProxyCARevocationCheck. */
  crlCheck?: 'none' | 'leaf' | 'chain';
  machineFile?: readonly KeyPair[];
  machinePath?: readonly KeyPair[];
  machineChain?: NamedFile;
  protocols?: ProtocolRange;
  /** Suites of TLS 1.2 and older, in OpenSSL's notation. */
  ciphers?: string;
  /** Suites of TLS 1.3. */
  ciphers13?: string;
}

export function createDirConfig(): SslDirConfig {
  return {};
}

export function mergeDirConfig(base: SslDirConfig, add: SslDirConfig): SslDirConfig {
  return { ...base, ...add };
}
