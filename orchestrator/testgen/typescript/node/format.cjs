'use strict';
/** Formats files with the project's own Prettier or Biome, if it has one: `node format.cjs ORDER RESULT`. */
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { createRequire } = require('node:module');

const MOST_PASSES = 3; // what Prettier makes of a file is not always what it takes for laid out

async function main(orderFile, resultFile) {
  const order = JSON.parse(fs.readFileSync(orderFile, 'utf8'));
  const from = path.join(order.root, order.folder, 'package.json');
  const prettier = find(from);
  const biome = prettier ? undefined : biomeOf(from);
  const result = {};
  for (const [file, text] of Object.entries(order.files)) {
    const name = path.join(order.root, file);
    result[file] = prettier ? await formatted(prettier, name, text) : biome ? formattedBy(biome, name, text) : text;
  }
  fs.writeFileSync(resultFile, JSON.stringify(result));
}

function find(from) {
  try {
    return createRequire(from)('prettier');
  } catch {
    return undefined;
  }
}

/** The script that starts Biome, where a project has it. */
function biomeOf(from) {
  try {
    return createRequire(from).resolve('@biomejs/biome/bin/biome');
  } catch {
    return undefined;
  }
}

/** What Biome makes of a file; the file as it is where Biome does not take it, e.g. for its settings. */
function formattedBy(biome, name, text) {
  const place = path.dirname(path.dirname(path.dirname(path.dirname(path.dirname(biome)))));
  for (const command of [['check', '--write', '--linter-enabled=false'], ['format']]) { // the first one sorts imports as well
    const { status, stdout } = spawnSync(process.execPath, [biome, ...command, `--stdin-file-path=${name}`], { cwd: nearest(name, place), input: text, encoding: 'utf8' });
    if (status === 0 && stdout) return stdout;
  }
  return text;
}

/** The nearest folder above a file that has settings of Biome. */
function nearest(name, otherwise) {
  for (let folder = path.dirname(name); folder !== path.dirname(folder); folder = path.dirname(folder)) {
    if (['biome.json', 'biome.jsonc'].some((each) => fs.existsSync(path.join(folder, each)))) return folder;
  }
  return otherwise;
}

async function formatted(prettier, file, text) {
  const options = (await prettier.resolveConfig(file)) ?? {};
  let made = text;
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    const next = await prettier.format(made, { ...options, filepath: file });
    if (next === made) break;
    made = next;
  }
  return made;
}

if (require.main === module) main(...process.argv.slice(2));

module.exports = { main };
