// The backend of all proxied rows: an nginx of its own, and the files it and the static rows serve.

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, startProcess } from './processes.mjs';

export const HELLO = 'Hello, world\n';
/** 10 KB that are sent. */
export const FORM = '0123456789abcdef'.repeat(640);
/** 4 KB, 8 KB and 1 MB that are answered. */
export const CSS = 'p { color: #123456; margin: 0 }\n'.repeat(128);
export const PAGE = '<p>One line of thirty-two bytes.\n'.slice(0, 32).repeat(256);
export const LARGE = '0123456789abcdefghijklmnopqrstuvwxyz+-_.'.repeat(26215).slice(0, 1024 * 1024);

/** The folder that static rows serve. */
export function writeFiles(folder) {
  const htdocs = join(folder, 'htdocs');
  mkdirSync(htdocs);
  writeFileSync(join(htdocs, 'style.css'), CSS);
  writeFileSync(join(htdocs, 'page.html'), PAGE);
  writeFileSync(join(htdocs, 'large.txt'), LARGE);
  return htdocs;
}

export function hasNginx() {
  return spawnSync('nginx', ['-v']).status === 0;
}

/** Lines every nginx here begins with: one worker, all of its files below `folder`. */
export function nginxBeginning(folder, name) {
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `  ${kind}_temp_path ${folder}/${name}-${kind};`,
  );
  return `daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid ${folder}/${name}.pid;
error_log ${folder}/${name}.log warn;
events { worker_connections 15000; }
http {
  types { text/html html; text/css css; text/plain txt; }
  default_type application/octet-stream;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 300s;
  keepalive_requests 1000000000;
  client_body_buffer_size 64k;
${paths.join('\n')}
`;
}

// `/seen` shows what arrived; `/form` reads the body before it answers, as an application does, which in nginx is what
// a proxy does; `/form-seen` says besides whether the body was the one that was sent.
function configuration({ folder, htdocs, port }) {
  const inner = `unix:${folder}/backend.sock`;
  const toInner = `proxy_pass http://inner;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Content-Length "";
      proxy_pass_request_body off;`;
  const seen = ['x_forwarded_for', 'x_forwarded_host', 'cookie', 'accept_language', 'x_request_id']
    .map((name) => `${name.replaceAll('_', '-')}: $http_${name}\\n`)
    .join('');
  return `${nginxBeginning(folder, 'backend')}
  access_log off;
  map $request_body $is_body_whole { "~^(0123456789abcdef){640}$" yes; default no; }
  upstream inner { server ${inner}; keepalive 64; keepalive_requests 1000000000; }
  server {
    listen ${inner};
    location / { default_type text/plain; return 200 "Hello, world\\n"; }
  }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    root ${htdocs};
    location = /hello { default_type text/plain; return 200 "Hello, world\\n"; }
    location = /seen { default_type text/plain; return 200 "${seen}nth: $connection_requests\\n"; }
    location = /form { ${toInner} }
    location = /form-seen { ${toInner} add_header X-Body-Is-Whole $is_body_whole; }
    location = /page.html {
      add_header Cache-Control "private, max-age=0, must-revalidate";
      add_header Set-Cookie "session=7f3a9c1e5b2d4860; Path=/; HttpOnly; SameSite=Lax";
      add_header Set-Cookie "theme=dark; Path=/; Max-Age=31536000";
      add_header Vary "Accept-Encoding, Cookie";
      add_header X-Content-Type-Options nosniff;
      add_header X-Frame-Options SAMEORIGIN;
      add_header Referrer-Policy strict-origin-when-cross-origin;
      add_header Content-Language en;
    }
  }
}
`;
}

export async function startBackend({ folder, htdocs }) {
  const port = await freePort();
  const file = join(folder, 'backend.conf');
  writeFileSync(file, configuration({ folder, htdocs, port }));
  const output = join(folder, 'backend.out');
  return startProcess({ name: 'backend', port, command: 'nginx', args: ['-c', file, '-e', output], output });
}
