'use strict';
/**
 * Serves those who read, check, format: a line {script, arguments} comes in on a socket, and a line {problem}
 * goes out, empty when all went well. The compiler stays loaded, with the declarations of packages.
 */
const net = require('node:net');
const readline = require('node:readline');
const { createRequire } = require('node:module');

const SCRIPTS = ['analyze', 'blocks', 'check', 'format', 'share', 'strip'];
const MOST = 1_200_000_000; // bytes of heap: whoever needs more has a successor

async function carriedOut({ script, arguments: given }) {
  try {
    if (!SCRIPTS.includes(script)) throw new Error(`no such script: ${script}`);
    await createRequire(__filename)(`./${script}.cjs`).main(...given);
    return {};
  } catch (error) {
    return { problem: String(error?.stack ?? error) };
  }
}

const socket = new net.Socket({ fd: Number(process.argv.at(-1)), readable: true, writable: true });
socket.on('error', () => process.exit());
socket.on('close', () => process.exit());
const lines = readline.createInterface({ input: socket, crlfDelay: Infinity });
let before = Promise.resolve();
lines.on('line', (line) => {
  before = before.then(async () => {
    const answer = await carriedOut(JSON.parse(line));
    socket.write(`${JSON.stringify({ ...answer, retire: process.memoryUsage().heapUsed > MOST })}\n`);
  });
});
lines.on('close', () => process.exit());
