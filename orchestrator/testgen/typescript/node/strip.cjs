'use strict';
/** Takes the types out of a file: `node strip.cjs FOLDER SOURCE RESULT`. */
const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');

const [folder, source, result] = process.argv.slice(2);
const ts = createRequire(path.join(folder, 'package.json'))('typescript');
const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
fs.writeFileSync(result, ts.transpileModule(fs.readFileSync(source, 'utf8'), { compilerOptions: options }).outputText);
