'use strict';
/** A database of its own beside the one that the address names: made, migrated, dropped. The named one is not touched. */
const path = require('node:path');
const { createRequire } = require('node:module');
const { randomBytes } = require('node:crypto');
const { spawnSync } = require('node:child_process');

class ScratchDatabase {
  /** Make it; without one `problem` says why. */
  static async make(order) {
    const given = process.env[order.databaseName] || order.databaseUrl;
    if (!order.databaseName) return new ScratchDatabase({ problem: 'the application names no database in its environment' });
    if (!given) return new ScratchDatabase({ problem: `steps that need a database were not run: ${order.databaseName} is not set, or not named under \`secrets\`` });
    if (!/^postgres(ql)?:/.test(given)) return new ScratchDatabase({ problem: `steps that need a database were not run: ${order.databaseName} names no PostgreSQL` });
    let client;
    try {
      const { Client } = createRequire(path.join(order.root, 'package.json'))('pg');
      client = new Client({ connectionString: given });
      await client.connect();
      const name = `e2e_${randomBytes(6).toString('hex')}`;
      await client.query(`CREATE DATABASE ${name}`);
      const url = new URL(given);
      url.pathname = `/${name}`;
      const made = new ScratchDatabase({ client, name, url: url.href });
      made.migrate(order);
      if (made.problem) await made.drop();
      return made;
    } catch (error) {
      await client?.end().catch(() => undefined);
      return new ScratchDatabase({ problem: `steps that need a database were not run: ${error.message || error.code}` });
    }
  }

  constructor(what) {
    Object.assign(this, what);
  }

  migrate(order) {
    if (!order.migrate) return;
    const done = spawnSync('sh', ['-c', order.migrate], { cwd: order.root, encoding: 'utf8', timeout: 120_000, env: { ...process.env, ...order.env, [order.databaseName]: this.url } });
    if (done.status !== 0) this.problem = `steps that need a database were not run: ${order.migrate} failed: ${(done.stderr || done.stdout || '').trim().split('\n').at(-1)}`;
  }

  async drop() {
    if (!this.client) return;
    if (this.name) await this.client.query(`DROP DATABASE IF EXISTS ${this.name} WITH (FORCE)`);
    await this.client.end();
    Object.assign(this, { client: undefined, url: undefined });
  }
}

module.exports = { ScratchDatabase };
