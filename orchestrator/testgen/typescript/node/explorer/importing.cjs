'use strict';
/** Why a module could not be imported, for a person. */
const fs = require('node:fs');
const path = require('node:path');

const IN_PACKAGE = /\/node_modules\/((?:@[^/\s]+\/)?[^/\s]+)\/[^\s]*\.[cm]?js:\d+/;
const NO_SCRIPT = /Unexpected token 'export'|Cannot use import statement|Cannot use 'import\.meta'/;

function importProblem(error, file) {
  const name = error ? esModuleOf(error, file) : undefined;
  if (!name) return `cannot be imported: ${firstLine(error)}`;
  return `cannot be imported: the package "${name}" is an ES module only, and Jest loads scripts here; Vitest takes it, and so does Jest on ES modules (--experimental-vm-modules)`;
}

/** The name of the package that the runner did not find, or could not read, because it has no form for `require`. */
function esModuleOf(error, file) {
  const text = `${error.message ?? error}\n${error.stack ?? ''}`;
  const missing = /Cannot find module '((?:@[^/']+\/)?[^./'][^/']*)/.exec(text);
  const unread = NO_SCRIPT.test(text) ? IN_PACKAGE.exec(text) : undefined;
  const name = (missing ?? unread)?.[1];
  const package_ = name && packageOf(name, path.dirname(file));
  const isModule = package_ && (package_.type === 'module' || (package_.exports && !/"(require|default)":/.test(JSON.stringify(package_.exports))));
  return isModule ? name : undefined;
}

function packageOf(name, folder) {
  try {
    return JSON.parse(fs.readFileSync(path.join(folder, 'node_modules', name, 'package.json'), 'utf8'));
  } catch {
    const parent = path.dirname(folder);
    return parent === folder ? undefined : packageOf(name, parent);
  }
}

function firstLine(error) {
  return String(error?.stack ?? error).split('\n').slice(0, 2).join(' ').trim();
}

module.exports = { importProblem };
