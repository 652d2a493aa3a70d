'use strict';
/** Takes the types out of a file: FOLDER SOURCE RESULT. */
const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');

function main(folder, source, result) {
  const ts = createRequire(path.join(folder, 'package.json'))('typescript');
  const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  fs.writeFileSync(result, ts.transpileModule(fs.readFileSync(source, 'utf8'), { compilerOptions: options }).outputText);
}

module.exports = { main };
