#!/usr/bin/env node
// Runs as the error document of a front door whose application is down: answers with a page that reloads itself,
// and starts the application in the background, in a session of its own, so that it outlives this request.

const { spawn } = require('node:child_process');
const { writeFileSync } = require('node:fs');

const page = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="refresh" content="2">
<title>Restarting site</title>
<style>
body { font: 18px/1.5 system-ui, sans-serif; max-width: 34em; margin: 18vh auto 0; padding: 0 1em; color: #24313d; }
h1 { font-size: 1.6em; margin-bottom: .2em; }
p { color: #5a6a78; }
</style>
</head>
<body>
<h1>Restarting site</h1>
<p>The application was not running and is being started. This page tries again in two seconds.</p>
</body>
</html>
`;

process.stdout.write(`Content-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n\r\n${page}`);

const { APP_SCRIPT, APP_PORT, APP_PIDFILE, PATH } = process.env;
const app = spawn(process.execPath, [APP_SCRIPT], {
  detached: true,
  stdio: 'ignore',
  env: { PATH, PORT: APP_PORT },
});
app.unref();
writeFileSync(APP_PIDFILE, `${app.pid}\n`, { flag: 'a' });
