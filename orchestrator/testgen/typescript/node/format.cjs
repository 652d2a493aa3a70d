'use strict';
/** Formats files with the project's own Prettier, if it has one: `node format.cjs ORDER RESULT`. */
const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');

async function main(orderFile, resultFile) {
  const order = JSON.parse(fs.readFileSync(orderFile, 'utf8'));
  const prettier = find(path.join(order.root, order.folder, 'package.json'));
  const result = {};
  for (const [file, text] of Object.entries(order.files)) result[file] = prettier ? await formatted(prettier, path.join(order.root, file), text) : text;
  fs.writeFileSync(resultFile, JSON.stringify(result));
}

function find(from) {
  try {
    return createRequire(from)('prettier');
  } catch {
    return undefined;
  }
}

async function formatted(prettier, file, text) {
  const options = (await prettier.resolveConfig(file)) ?? {};
  return prettier.format(text, { ...options, filepath: file });
}

if (require.main === module) main(...process.argv.slice(2));

module.exports = { main };
