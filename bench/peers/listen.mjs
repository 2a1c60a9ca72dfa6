// What the Node peers have in common: idle clients are kept as long as the other contestants keep them.

export function listen(server, port) {
  server.keepAliveTimeout = 300_000;
  server.listen(port, '127.0.0.1');
}
