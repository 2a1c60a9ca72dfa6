// The modules that Apache's distribution has, with their directives: what a configuration may name although portico
// has no code for it. Lets LoadModule, IfModule and error messages speak of them; portico's own modules stand in modules/.

import { lowerAscii } from '../kit/ascii.ts';

/** A module's directives, sections with their `<`, by the module's name without `mod_`. */
const directivesByModule: Readonly<Record<string, string>> = {
  access_compat: 'allow deny order Satisfy',
  actions: 'Action Script',
  alias:
    'Alias AliasMatch AliasPreservePath Redirect RedirectMatch RedirectPermanent RedirectRelative ' +
    'RedirectTemp ScriptAlias ScriptAliasMatch',
  allowmethods: 'AllowMethods',
  asis: '',
  auth_basic: 'AuthBasicAuthoritative AuthBasicFake AuthBasicProvider AuthBasicUseDigestAlgorithm',
  auth_digest:
    'AuthDigestAlgorithm AuthDigestDomain AuthDigestNcCheck AuthDigestNonceLifetime ' +
    'AuthDigestProvider AuthDigestQop AuthDigestShmemSize',
  auth_form:
    'AuthFormAuthoritative AuthFormBody AuthFormDisableNoStore AuthFormFakeBasicAuth AuthFormLocation ' +
    'AuthFormLoginRequiredLocation AuthFormLoginSuccessLocation AuthFormLogoutLocation AuthFormMethod ' +
    'AuthFormMimetype AuthFormPassword AuthFormProvider AuthFormSitePassphrase AuthFormSize ' +
    'AuthFormUsername',
  authn_anon: 'Anonymous Anonymous_LogEmail Anonymous_MustGiveEmail Anonymous_NoUserId Anonymous_VerifyEmail',
  authn_core: '<AuthnProviderAlias AuthName AuthType',
  authn_dbd: 'AuthDBDUserPWQuery AuthDBDUserRealmQuery',
  authn_dbm: 'AuthDBMType AuthDBMUserFile',
  authn_file: 'AuthUserFile',
  authn_socache:
    'AuthnCacheContext AuthnCacheEnable AuthnCacheProvideFor AuthnCacheSOCache AuthnCacheTimeout',
  authnz_fcgi: 'AuthnzFcgiCheckAuthnProvider AuthnzFcgiDefineProvider',
  authnz_ldap:
    'AuthLDAPAuthorizePrefix AuthLDAPBindAuthoritative AuthLDAPBindDN AuthLDAPBindPassword ' +
    'AuthLDAPCharsetConfig AuthLDAPCompareAsUser AuthLDAPCompareDNOnServer AuthLDAPDereferenceAliases ' +
    'AuthLDAPGroupAttribute AuthLDAPGroupAttributeIsDN AuthLDAPInitialBindAsUser ' +
    'AuthLDAPInitialBindPattern AuthLDAPMaxSubGroupDepth AuthLDAPRemoteUserAttribute ' +
    'AuthLDAPRemoteUserIsDN AuthLDAPSearchAsUser AuthLDAPSubGroupAttribute AuthLDAPSubGroupClass ' +
    'AuthLDAPURL',
  authz_core:
    '<AuthzProviderAlias <RequireAll <RequireAny <RequireNone AuthMerging AuthzSendForbiddenOnFailure ' +
    'Require',
  authz_dbd: 'AuthzDBDLoginToReferer AuthzDBDQuery AuthzDBDRedirectQuery',
  authz_dbm: 'AuthDBMGroupFile AuthzDBMType',
  authz_groupfile: 'AuthGroupFile',
  authz_host: '',
  authz_owner: '',
  authz_user: '',
  autoindex:
    'AddAlt AddAltByEncoding AddAltByType AddDescription AddIcon AddIconByEncoding AddIconByType ' +
    'DefaultIcon FancyIndexing HeaderName IndexHeadInsert IndexIgnore IndexIgnoreReset IndexOptions ' +
    'IndexOrderDefault IndexStyleSheet ReadmeName',
  brotli:
    'BrotliAlterETag BrotliCompressionMaxInputBlock BrotliCompressionQuality BrotliCompressionWindow ' +
    'BrotliFilterNote',
  buffer: 'BufferSize',
  cache:
    'CacheDefaultExpire CacheDetailHeader CacheDisable CacheEnable CacheHeader ' +
    'CacheIgnoreCacheControl CacheIgnoreHeaders CacheIgnoreNoLastMod CacheIgnoreQueryString ' +
    'CacheIgnoreURLSessionIdentifiers CacheKeyBaseURL CacheLastModifiedFactor CacheLock ' +
    'CacheLockMaxAge CacheLockPath CacheMaxExpire CacheMinExpire CacheQuickHandler CacheStaleOnError ' +
    'CacheStoreExpired CacheStoreNoStore CacheStorePrivate',
  cache_disk:
    'CacheDirLength CacheDirLevels CacheMaxFileSize CacheMinFileSize CacheReadSize CacheReadTime ' +
    'CacheRoot',
  cache_socache:
    'CacheSocache CacheSocacheMaxSize CacheSocacheMaxTime CacheSocacheMinTime CacheSocacheReadSize ' +
    'CacheSocacheReadTime',
  cern_meta: 'MetaDir MetaFiles MetaSuffix',
  cgi: 'CGIScriptTimeout ScriptLog ScriptLogBuffer ScriptLogLength',
  cgid: 'CGIDScriptTimeout ScriptLog ScriptLogBuffer ScriptLogLength ScriptSock',
  charset_lite: 'CharsetDefault CharsetOptions CharsetSourceEnc',
  core:
    '<Directory <DirectoryMatch <Else <ElseIf <Files <FilesMatch <If <IfDefine <IfDirective <IfFile ' +
    '<IfModule <IfSection <Limit <LimitExcept <Location <LocationMatch <VirtualHost AcceptFilter ' +
    'AcceptPathInfo AccessFileName AddDefaultCharset AllowEncodedSlashes AllowOverride ' +
    'AllowOverrideList CGIPassAuth CGIVar ContentDigest CoreDumpDirectory DefaultRuntimeDir ' +
    'DefaultType Define DocumentRoot EnableMMAP EnableSendfile Error ErrorDocument ErrorLog ' +
    'ErrorLogFormat ExtendedStatus FileETag FlushMaxPipelined FlushMaxThreshold ForceType ' +
    'HostnameLookups HttpProtocolOptions Include IncludeOptional LimitInternalRecursion ' +
    'LimitRequestBody LimitRequestFields LimitRequestFieldsize LimitRequestLine LimitXMLRequestBody Listen ' +
    'LogLevel MaxConnectionsPerChild MaxMemFree MaxRangeOverlaps MaxRangeReversals MaxRanges ' +
    'MaxRequestsPerChild MergeSlashes MergeTrailers Mutex NameVirtualHost Options PidFile Port ' +
    'Protocol Protocols ProtocolsHonorOrder QualifyRedirectURL ReadBufferSize RegexDefaultOptions ' +
    'RegisterHttpMethod RLimitCPU RLimitMEM RLimitNPROC ScoreBoardFile SeeRequestTail ServerAdmin ' +
    'ServerAlias ServerName ServerPath ServerRoot ServerSignature ServerTokens SetHandler ' +
    'SetInputFilter SetOutputFilter StrictHostCheck ThreadStackSize Timeout TraceEnable UnDefine ' +
    'UseCanonicalName UseCanonicalPhysicalPort',
  data: '',
  dav: 'DAV DAVBasePath DAVDepthInfinity DAVLockDiscovery DAVMinTimeout',
  dav_fs: 'DAVLockDB',
  dav_lock: 'DAVGenericLockDB',
  dbd: 'DBDExptime DBDInitSQL DBDKeep DBDMax DBDMin DBDParams DBDPersist DBDPrepareSQL DBDriver',
  deflate:
    'DeflateAlterEtag DeflateBufferSize DeflateCompressionLevel DeflateFilterNote ' +
    'DeflateInflateLimitRequestBody DeflateInflateRatioBurst DeflateInflateRatioLimit DeflateMemLevel ' +
    'DeflateWindowSize',
  dialup: 'ModemStandard',
  dir: 'DirectoryCheckHandler DirectoryIndex DirectoryIndexRedirect DirectorySlash FallbackResource',
  dumpio: 'DumpIOInput DumpIOOutput',
  echo: 'ProtocolEcho',
  env: 'PassEnv SetEnv UnsetEnv',
  expires: 'ExpiresActive ExpiresByType ExpiresDefault',
  ext_filter: 'ExtFilterDefine ExtFilterOptions',
  file_cache: 'cachefile mmapfile',
  filter: 'AddOutputFilterByType FilterChain FilterDeclare FilterProtocol FilterProvider FilterTrace',
  headers: 'Header RequestHeader',
  heartbeat: 'HeartbeatAddress',
  heartmonitor: 'HeartbeatListen HeartbeatMaxServers HeartbeatStorage',
  http: 'KeepAlive KeepAliveTimeout MaxKeepAliveRequests',
  http2:
    'H2CopyFiles H2Direct H2EarlyHint H2EarlyHints H2MaxDataFrameLen H2MaxHeaderBlockLen ' +
    'H2MaxSessionStreams H2MaxStreamErrors H2MaxWorkerIdleSeconds H2MaxWorkers H2MinWorkers ' +
    'H2ModernTLSOnly H2OutputBuffering H2Padding H2ProxyRequests H2Push H2PushDiarySize ' +
    'H2PushPriority H2PushResource H2SerializeHeaders H2SessionExtraFiles H2StreamMaxMemSize ' +
    'H2StreamTimeout H2TLSCoolDownSecs H2TLSWarmUpSize H2Upgrade H2WebSockets H2WindowSize',
  ident: 'IdentityCheck IdentityCheckTimeout',
  imagemap: 'ImapBase ImapDefault ImapMenu',
  include:
    'SSIEndTag SSIErrorMsg SSIEtag SSILastModified SSILegacyExprParser SSIStartTag SSITimeFormat ' +
    'SSIUndefinedEcho XBitHack',
  info: 'AddModuleInfo',
  lbmethod_bybusyness: '',
  lbmethod_byrequests: '',
  lbmethod_bytraffic: '',
  lbmethod_heartbeat: 'HeartbeatStorage',
  ldap:
    'LDAPCacheEntries LDAPCacheTTL LDAPConnectionPoolTTL LDAPConnectionTimeout LDAPLibraryDebug ' +
    'LDAPOpCacheEntries LDAPOpCacheTTL LDAPReferralHopLimit LDAPReferrals LDAPRetries LDAPRetryDelay ' +
    'LDAPSharedCacheFile LDAPSharedCacheSize LDAPTimeout LDAPTrustedClientCert LDAPTrustedGlobalCert ' +
    'LDAPTrustedMode LDAPVerifyServerCert',
  log_config: 'BufferedLogs CustomLog GlobalLog LogFormat TransferLog',
  log_debug: 'LogMessage',
  log_forensic: 'ForensicLog',
  logio: 'LogIOTrackTTFB',
  lua:
    '<LuaHookAccessChecker <LuaHookAuthChecker <LuaHookCheckUserID <LuaHookFixups ' +
    '<LuaHookMapToStorage <LuaHookPreTranslateName <LuaHookTranslateName <LuaHookTypeChecker ' +
    '<LuaQuickHandler Lua_____ByteCodeHack LuaAuthzProvider LuaCodeCache LuaHookAccessChecker ' +
    'LuaHookAuthChecker LuaHookCheckUserID LuaHookFixups LuaHookInsertFilter LuaHookLog ' +
    'LuaHookMapToStorage LuaHookPreTranslateName LuaHookTranslateName LuaHookTypeChecker LuaInherit ' +
    'LuaInputFilter LuaMapHandler LuaOutputFilter LuaPackageCPath LuaPackagePath LuaQuickHandler ' +
    'LuaRoot LuaScope',
  macro: '<Macro MacroIgnoreBadNesting MacroIgnoreEmptyArgs UndefMacro Use',
  md:
    '<MDomain <MDomainSet MDActivationDelay MDBaseServer MDCACertificateFile MDCAChallenges ' +
    'MDCertificateAgreement MDCertificateAuthority MDCertificateCheck MDCertificateFile ' +
    'MDCertificateKeyFile MDCertificateProtocol MDCertificateStatus MDChallengeDns01 ' +
    'MDChallengeDns01Version MDCheckInterval MDContactEmail MDDriveMode MDExternalAccountBinding ' +
    'MDHttpProxy MDHttpProxyCACertificateFile MDInitialDelay MDMatchNames MDMember MDMembers ' +
    'MDMessageCmd MDMustStaple MDNotifyCmd MDomain MDPortMap MDPrivateKeys MDProfile ' +
    'MDProfileMandatory MDRenewMode MDRenewViaARI MDRenewWindow MDRequireHttps MDRetryDelay ' +
    'MDRetryFailover MDServerStatus MDStapleOthers MDStapling MDStaplingKeepResponse ' +
    'MDStaplingRenewWindow MDStoreDir MDStoreLocks MDWarnWindow',
  mime:
    'AddCharset AddEncoding AddHandler AddInputFilter AddLanguage AddOutputFilter AddType ' +
    'DefaultLanguage ModMimeUsePathInfo MultiviewsMatch RemoveCharset RemoveEncoding RemoveHandler ' +
    'RemoveInputFilter RemoveLanguage RemoveOutputFilter RemoveType TypesConfig',
  mime_magic: 'MimeMagicFile',
  mpm_event:
    'AsyncRequestWorkerFactor GracefulShutdownTimeout ListenBacklog ListenCoresBucketsRatio ' +
    'ListenTCPDeferAccept MaxClients MaxRequestWorkers MaxSpareThreads MinSpareThreads ' +
    'ReceiveBufferSize SendBufferSize ServerLimit StartServers ThreadLimit ThreadsPerChild',
  mpm_prefork:
    'GracefulShutdownTimeout ListenBacklog ListenCoresBucketsRatio ListenTCPDeferAccept ' +
    'MaxClients MaxRequestWorkers MaxSpareServers MinSpareServers ReceiveBufferSize SendBufferSize ' +
    'ServerLimit StartServers',
  mpm_worker:
    'AsyncRequestWorkerFactor GracefulShutdownTimeout ListenBacklog ListenCoresBucketsRatio ' +
    'ListenTCPDeferAccept MaxClients MaxRequestWorkers MaxSpareThreads MinSpareThreads ' +
    'ReceiveBufferSize SendBufferSize ServerLimit StartServers ThreadLimit ThreadsPerChild',
  negotiation: 'CacheNegotiatedDocs ForceLanguagePriority LanguagePriority',
  proxy:
    '<Proxy <ProxyMatch BalancerGrowth BalancerInherit BalancerMember BalancerPersist NoProxy ' +
    'Proxy100Continue ProxyAddHeaders ProxyBadHeader ProxyBlock ProxyDomain ProxyErrorOverride ' +
    'ProxyIOBufferSize ProxyMaxForwards ProxyPass ProxyPassInherit ProxyPassInterpolateEnv ' +
    'ProxyPassMatch ProxyPassReverse ProxyPassReverseCookieDomain ProxyPassReverseCookiePath ' +
    'ProxyPreserveHost ProxyReceiveBufferSize ProxyRemote ProxyRemoteMatch ProxyRequests ProxySet ' +
    'ProxySourceAddress ProxyStatus ProxyTimeout ProxyVia',
  proxy_ajp: '',
  proxy_balancer: '',
  proxy_connect: 'AllowCONNECT',
  proxy_express: 'ProxyExpressDBMFile ProxyExpressDBMType ProxyExpressEnable',
  proxy_fcgi: 'ProxyFCGIBackendType ProxyFCGISetEnvIf',
  proxy_fdpass: '',
  proxy_ftp: 'ProxyFtpDirCharset ProxyFtpEscapeWildcards ProxyFtpListOnWildcard',
  proxy_hcheck: 'ProxyHCExpr ProxyHCTemplate ProxyHCTPsize',
  proxy_html:
    'ProxyHTMLBufSize ProxyHTMLCharsetOut ProxyHTMLDoctype ProxyHTMLEnable ProxyHTMLEvents ' +
    'ProxyHTMLExtended ProxyHTMLFixups ProxyHTMLInterp ProxyHTMLLinks ProxyHTMLMeta ' +
    'ProxyHTMLStripComments ProxyHTMLURLMap',
  proxy_http: '',
  proxy_http2: '',
  proxy_scgi: 'ProxySCGIInternalRedirect ProxySCGISendfile',
  proxy_uwsgi: '',
  proxy_wstunnel: 'ProxyWebsocketFallbackToProxyHttp',
  ratelimit: '',
  reflector: 'ReflectorHeader',
  remoteip:
    'RemoteIPHeader RemoteIPInternalProxy RemoteIPInternalProxyList RemoteIPProxiesHeader ' +
    'RemoteIPProxyProtocol RemoteIPProxyProtocolExceptions RemoteIPTrustedProxy ' +
    'RemoteIPTrustedProxyList',
  reqtimeout: 'RequestReadTimeout',
  request: 'KeptBodySize',
  rewrite: 'RewriteBase RewriteCond RewriteEngine RewriteMap RewriteOptions RewriteRule',
  sed: 'InputSed OutputSed',
  session:
    'Session SessionEnv SessionExclude SessionExpiryUpdateInterval SessionHeader SessionInclude ' +
    'SessionMaxAge',
  session_cookie: 'SessionCookieName SessionCookieName2 SessionCookieRemove',
  session_crypto:
    'SessionCryptoCipher SessionCryptoDriver SessionCryptoPassphrase SessionCryptoPassphraseFile',
  session_dbd:
    'SessionDBDCookieName SessionDBDCookieName2 SessionDBDCookieRemove SessionDBDDeleteLabel ' +
    'SessionDBDInsertLabel SessionDBDPerUser SessionDBDSelectLabel SessionDBDUpdateLabel',
  setenvif: 'BrowserMatch BrowserMatchNoCase SetEnvIf SetEnvIfExpr SetEnvIfNoCase',
  slotmem_plain: '',
  slotmem_shm: '',
  so: 'LoadFile LoadModule',
  socache_dbm: '',
  socache_memcache: 'MemcacheConnTTL',
  socache_redis: 'RedisConnPoolTTL RedisTimeout',
  socache_shmcb: '',
  speling: 'CheckBasenameMatch CheckCaseOnly CheckSpelling',
  ssl:
    'SSLCACertificateFile SSLCACertificatePath SSLCADNRequestFile SSLCADNRequestPath ' +
    'SSLCARevocationCheck SSLCARevocationFile SSLCARevocationPath SSLCertificateChainFile ' +
    'SSLCertificateFile SSLCertificateKeyFile SSLCipherSuite SSLCompression SSLCryptoDevice SSLEngine ' +
    'SSLFIPS SSLHonorCipherOrder SSLInsecureRenegotiation SSLLog SSLLogLevel SSLOCSPDefaultResponder ' +
    'SSLOCSPEnable SSLOCSPNoVerify SSLOCSPOverrideResponder SSLOCSPProxyURL ' +
    'SSLOCSPResponderCertificateFile SSLOCSPResponderTimeout SSLOCSPResponseMaxAge ' +
    'SSLOCSPResponseTimeSkew SSLOCSPUseRequestNonce SSLOpenSSLConfCmd SSLOptions SSLPassPhraseDialog ' +
    'SSLProtocol SSLProxyCACertificateFile SSLProxyCACertificatePath SSLProxyCARevocationCheck ' +
    'SSLProxyCARevocationFile SSLProxyCARevocationPath SSLProxyCheckPeerCN SSLProxyCheckPeerExpire ' +
    'SSLProxyCheckPeerName SSLProxyCipherSuite SSLProxyEngine SSLProxyMachineCertificateChainFile ' +
    'SSLProxyMachineCertificateFile SSLProxyMachineCertificatePath SSLProxyProtocol SSLProxyVerify ' +
    'SSLProxyVerifyDepth SSLRandomSeed SSLRenegBufferSize SSLRequire SSLRequireSSL SSLSessionCache ' +
    'SSLSessionCacheTimeout SSLSessionTicketKeyFile SSLSessionTickets SSLSRPUnknownUserSeed ' +
    'SSLSRPVerifierFile SSLStaplingCache SSLStaplingErrorCacheTimeout SSLStaplingFakeTryLater ' +
    'SSLStaplingForceURL SSLStaplingResponderTimeout SSLStaplingResponseMaxAge ' +
    'SSLStaplingResponseTimeSkew SSLStaplingReturnResponderErrors SSLStaplingStandardCacheTimeout ' +
    'SSLStrictSNIVHostCheck SSLUserName SSLUseStapling SSLVerifyClient SSLVerifyDepth ' +
    'SSLVHostSNIPolicy',
  status: '',
  substitute: 'Substitute SubstituteInheritBefore SubstituteMaxLineLength',
  suexec: 'SuexecUserGroup',
  unique_id: '',
  unixd: 'ChrootDir Group Suexec User',
  userdir: 'UserDir',
  usertrack:
    'CookieDomain CookieExpires CookieHttpOnly CookieName CookieSameSite CookieSecure CookieStyle ' +
    'CookieTracking',
  version: '<IfVersion',
  vhost_alias: 'VirtualDocumentRoot VirtualDocumentRootIP VirtualScriptAlias VirtualScriptAliasIP',
  watchdog: 'WatchdogInterval',
  xml2enc: 'xml2EncAlias xml2EncDefault xml2StartParse',
};

/** Names of files that differ from `mod_NAME.c`. */
const fileNames: Readonly<Record<string, string>> = {
  core: 'core.c',
  http: 'http_core.c',
  mpm_event: 'event.c',
  mpm_prefork: 'prefork.c',
  mpm_worker: 'worker.c',
  ldap: 'util_ldap.c',
};

/** Parts of every Apache, or of its packages, that need no LoadModule line. */
export const compiledIn: readonly string[] = [
  'core',
  'http',
  'log_config',
  'logio',
  'so',
  'unixd',
  'version',
  'watchdog',
];

/** Modules that tune processes which portico does not have: their directives are accepted and do nothing. */
const tuningModules: ReadonlySet<string> = new Set([
  'mpm_event',
  'mpm_prefork',
  'mpm_worker',
  'socache_memcache',
  'socache_redis',
  'unixd',
  'watchdog',
]);

/** Modules whose work lies in other modules of portico, or which have nothing to do here; loading them is no news. */
const quietModules: ReadonlySet<string> = new Set([
  ...compiledIn,
  ...tuningModules,
  'authz_core',
  'authz_host',
  'data',
  'filter',
  'macro',
  'request',
  'slotmem_plain',
  'slotmem_shm',
  'socache_dbm',
  'socache_shmcb',
]);

/** `mod_rewrite.c` and such: the file that Apache's module of this name is built from. */
export function standardFileName(module: string): string {
  return fileNames[module] ?? `mod_${module}.c`;
}

/** Names of Apache's own modules, without `mod_`. */
export const standardModules: readonly string[] = Object.keys(directivesByModule);

/** True when nothing is missed although portico has no module of this name. */
export function isQuietModule(module: string): boolean {
  return quietModules.has(module);
}

let modulesByDirective: ReadonlyMap<string, readonly string[]> | undefined;

/** The modules of Apache that have this directive (a section with its `<`), by its name in any case. */
export function standardModulesOf(directive: string): readonly string[] {
  modulesByDirective ??= indexDirectives();
  return modulesByDirective.get(lowerAscii(directive)) ?? [];
}

/** True when the directive only tunes processes that portico does not have. */
export function isTuningDirective(directive: string): boolean {
  const modules = standardModulesOf(directive);
  return modules.length > 0 && modules.every((module) => tuningModules.has(module));
}

function indexDirectives(): ReadonlyMap<string, readonly string[]> {
  const index = new Map<string, string[]>();
  for (const [module, names] of Object.entries(directivesByModule)) {
    for (const name of names.split(' ').map(lowerAscii)) {
      const modules = index.get(name);
      if (modules) modules.push(module);
      else if (name !== '') index.set(name, [module]);
    }
  }
  return index;
}
