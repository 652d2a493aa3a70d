'use strict';
/** The application as a child on a port of its own: started, asked, ended. */
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { spawn } = require('node:child_process');

const PATIENCE = 60_000; // milliseconds until it has to listen

class Application {
  /** Start it; throws an Error that ends with what it said when it does not listen. */
  static async start(order, { databaseUrl, isOpen = false }) {
    const port = await freePort();
    const facts = path.join(order.scratch, `facts-${port}.jsonl`);
    fs.writeFileSync(facts, '');
    const child = spawn('sh', ['-c', `exec ${order.command}`], {
      cwd: order.root,
      detached: true, // a group of its own: npm passes no signal on to what it starts
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        ...order.env,
        [order.portName]: String(port),
        ...(databaseUrl ? { [order.databaseName]: databaseUrl } : {}),
        NODE_OPTIONS: `--require ${path.join(__dirname, 'preload.cjs')}`,
        ORCHESTRATE_E2E_FACTS: facts,
        ...(isOpen ? { ORCHESTRATE_E2E_OPEN: '1' } : {}),
      },
    });
    const app = new Application(child, port, facts);
    await app.listening();
    return app;
  }

  constructor(child, port, facts) {
    Object.assign(this, { child, port, facts, read: 0, tail: '', hasEnded: false });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (this.tail = (this.tail + data).slice(-2000)));
    child.once('exit', () => (this.hasEnded = true));
    child.once('error', (error) => ((this.hasEnded = true), (this.tail += error.message)));
  }

  async listening() {
    const until = Date.now() + PATIENCE;
    while (!(await reaches(this.port))) {
      if (this.hasEnded || Date.now() > until) {
        const why = this.hasEnded ? 'ended before it listened' : `did not listen on port ${this.port} within ${PATIENCE / 1000} s`;
        await this.stop();
        throw new Error(`the application ${why}: ${this.tail.trim().split('\n').slice(-3).join(' | ')}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** What was told since the last call. */
  news() {
    const text = fs.readFileSync(this.facts, 'utf8');
    const fresh = text.slice(this.read);
    this.read = text.length;
    return fresh.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  }

  async ask(method, url, { token, data } = {}) {
    const headers = { ...(token ? { authorization: `Bearer ${token}` } : {}), ...(data === undefined ? {} : { 'content-type': 'application/json' }) };
    const response = await fetch(`http://127.0.0.1:${this.port}${url}`, {
      method, headers, redirect: 'manual', body: data === undefined ? undefined : JSON.stringify(data), signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    const type = (response.headers.get('content-type') ?? '').split(';')[0];
    let body;
    try {
      body = JSON.parse(text);
    } catch {
      body = undefined;
    }
    return { status: response.status, type, body };
  }

  /** End it with all that it started, and let go of its output, which a process that it left could hold open. */
  async stop() {
    const until = Date.now() + 5000;
    this.signal('SIGTERM');
    while (Date.now() < until && this.signal(0)) await new Promise((resolve) => setTimeout(resolve, 20));
    this.signal('SIGKILL');
    this.child.stdout.destroy();
    this.child.stderr.destroy();
  }

  /** Signal its whole group; false when nothing of it is left. */
  signal(name) {
    try {
      return process.kill(-this.child.pid, name);
    } catch {
      return false;
    }
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function reaches(port, host = '127.0.0.1') {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host });
    socket.setTimeout(2000, () => (socket.destroy(), resolve(false)));
    socket.once('connect', () => (socket.destroy(), resolve(true)));
    socket.once('error', () => resolve(false));
  });
}

module.exports = { Application, freePort, reaches };
