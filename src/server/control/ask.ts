// The asking end of a control channel: one line there, one line back.

import { lstatSync } from 'node:fs';
import { connect } from 'node:net';
import { type ControlAnswer, type ControlRequest, LONGEST_ANSWER, parseAnswer } from './message.ts';

/** Nobody listens behind a path: no file, no server, or one that is gone. */
export class NobodyThere extends Error {}

/** A server that has taken the line may need as long as its applications; one that does not even take it is stuck. */
const CONNECT_MS = 5000;

/**
 * Asks the server behind a socket. Rejects with NobodyThere, or with an error that says what is wrong. A socket that
 * belongs neither to this user nor to root is not asked: whoever owns it could answer anything.
 */
export function askServer(path: string, request: ControlRequest): Promise<ControlAnswer> {
  const facts = lstatSync(path, { throwIfNoEntry: false });
  if (facts === undefined) return Promise.reject(new NobodyThere(`there is no ${path}`));
  if (!facts.isSocket()) return Promise.reject(new Error(`${path} is not a socket`));
  if (process.geteuid?.() !== 0 && facts.uid !== 0 && facts.uid !== process.geteuid?.())
    return Promise.reject(new Error(`${path} belongs to another user`));
  return new Promise((resolve, reject) => {
    const socket = connect({ path, timeout: CONNECT_MS });
    let text = '';
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    socket.setEncoding('utf8');
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.write(`${JSON.stringify(request)}\n`);
    });
    socket.once('timeout', () => fail(new Error(`the server behind ${path} does not answer`)));
    socket.once('error', (error: NodeJS.ErrnoException) => fail(explain(error, path)));
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (text.length > LONGEST_ANSWER) fail(new Error(`the answer of ${path} does not end`));
    });
    socket.once('end', () => {
      const answer = parseAnswer(text);
      if (answer === undefined) fail(new Error(`the server behind ${path} ended without an answer`));
      else resolve(answer);
      socket.end();
    });
  });
}

function explain(error: NodeJS.ErrnoException, path: string): Error {
  if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT')
    return new NobodyThere(`nobody listens at ${path}`);
  if (error.code === 'EACCES')
    return new Error(`${path}: permission denied; ask as the user who started portico`);
  return error;
}
