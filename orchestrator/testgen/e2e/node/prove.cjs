'use strict';
/** Runs a spec several times in the project's own Playwright, with a database of its own where there is one. */
const fs = require('node:fs');
const { spawnSync } = require('node:child_process');
const { freePort } = require('./application.cjs');
const { ScratchDatabase } = require('./database.cjs');

async function main(orderFile, resultFile) {
  const order = JSON.parse(fs.readFileSync(orderFile, 'utf8'));
  const database = await ScratchDatabase.make(order);
  const env = { ...process.env, [order.specPort]: String(await freePort()), PLAYWRIGHT_JSON_OUTPUT_NAME: order.report, CI: '1' };
  if (order.browser) env[order.browserName] = order.browser;
  delete env[order.databaseName];
  if (database.url) env[order.databaseName] = database.url;
  const argv = [order.playwright, 'test', '-c', order.config, '--reporter=json', `--repeat-each=${order.repeats}`, '--workers=1', '--retries=0', `--output=${order.scratch}/results`, order.spec];
  try {
    const done = spawnSync(process.execPath, argv, { cwd: order.root, env, encoding: 'utf8', timeout: 300_000, maxBuffer: 64_000_000 });
    fs.writeFileSync(resultFile, JSON.stringify({ tail: `${done.stdout ?? ''}${done.stderr ?? ''}${done.error ?? ''}`.slice(-4000) }));
  } finally {
    await database.drop();
  }
}

main(...process.argv.slice(2));
