// What <IfModule> finds where a caller says nothing: what a usual Apache has on, and the proxy.

const USUAL =
  'access_compat actions alias allowmethods auth_basic authn_core authn_file authz_core authz_groupfile authz_host ' +
  'authz_user autoindex brotli cgi core deflate dir env expires filter headers http http2 include log_config mime ' +
  'negotiation proxy proxy_balancer proxy_fcgi proxy_http proxy_wstunnel remoteip reqtimeout rewrite setenvif so ssl ' +
  'status unixd version';

/** Answers for `rewrite_module` and `mod_rewrite.c`, as IfModule spells them. */
export function moduleTest(modules: readonly string[] | undefined): (name: string) => boolean {
  const names = new Set(modules === undefined ? USUAL.split(' ') : ['rewrite', ...modules]);
  return (spelled) => {
    const [, identifier, file] = /^(?:(.+)_module|(?:mod_)?(.+)\.c)$/.exec(spelled) ?? [];
    return names.has(identifier ?? file ?? spelled);
  };
}
