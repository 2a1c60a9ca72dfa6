// What the contestants are told to do, each in its own language: `httpd` is read by portico and Apache alike. A site
// is `{ backend, folder, htdocs, log }`: the backend's port, and where files and the log are. A contestant that a piece
// does not name cannot do it and takes no part.

/** Everything goes to the backend, whose connections are kept. */
export const PROXY = {
  httpd: ({ backend }) => `RewriteEngine on
RewriteRule ^(.*)$ http://127.0.0.1:${backend}$1 [P]
<Proxy http://127.0.0.1:${backend}>
ProxySet enablereuse=on
</Proxy>`,
  nginx: ({ backend }) => ({
    outside: `upstream backend {
  server 127.0.0.1:${backend};
  keepalive 64;
  keepalive_requests 1000000000;
}`,
    inside: `location / {
  proxy_pass http://backend;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  proxy_set_header X-Forwarded-Host $http_host;
}`,
  }),
  haproxy: ({ backend }) => `  default_backend application
backend application
  option forwardfor
  http-request set-header X-Forwarded-Host %[req.hdr(Host)]
  server one 127.0.0.1:${backend}`,
  caddy: ({ backend }) => `reverse_proxy 127.0.0.1:${backend} {
  transport http {
    keepalive_idle_conns_per_host 64
  }
}`,
  node: () => '',
};

/** The one rule of a how-to, as it is written there. */
export const LONE_RULE = {
  httpd: ({ backend }) => `RewriteEngine on
RewriteRule ^(.*) http://127.0.0.1:${backend}$1 [proxy]`,
};

/** Files of a folder. */
export const FILES = {
  httpd: ({ htdocs }) => `DocumentRoot ${htdocs}
<Directory ${htdocs}>
Require all granted
</Directory>`,
  nginx: ({ htdocs }) => ({ inside: `root ${htdocs};` }),
  caddy: ({ htdocs }) => `root * ${htdocs}\nfile_server`,
};

/** Apache's combined access log; Caddy has its own format only. */
const COMBINED = {
  httpd: ({ log }) => `LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined
CustomLog ${log} combined`,
  nginx: ({ log }) => ({ inside: `access_log ${log} combined;` }),
  // It writes to its standard output, which goes to the file.
  haproxy: () => `  log stdout format raw local0
  http-request capture req.hdr(Referer) len 128
  http-request capture req.hdr(User-Agent) len 128
  log-format "%ci - - [%trl] %{+Q}r %ST %B %{+Q}[capture.req.hdr(0)] %{+Q}[capture.req.hdr(1)]"`,
  caddy: ({ log }) => `log {
  output file ${log} {
    roll_disabled
  }
}`,
};

function join(a, b) {
  if (typeof a === 'string') return `${a}\n${b}`;
  return {
    outside: [a.outside, b.outside].filter(Boolean).join('\n'),
    inside: `${a.inside}\n${b.inside}`,
  };
}

/** The same work, with an access log. */
export function withLog(work) {
  const languages = Object.keys(COMBINED).filter((language) => language in work);
  return Object.fromEntries(
    languages.map((language) => [language, (site) => join(COMBINED[language](site), work[language](site))]),
  );
}
