'use strict';
/** Type-checks test files as the project's tsconfig wants it: `node check.cjs ORDER RESULT` -> {file: {test: message}}. */
const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');
const { createProgram } = require('./programs.cjs');
const { declaringFiles } = require('./declaring.cjs');

/** Nothing is built: what settings say about the files of a build (`composite`, `rootDir`) does not hold for tests. */
const ALONE = { noEmit: true, skipLibCheck: true, rootDir: undefined, composite: false, incremental: false, tsBuildInfoFile: undefined };

function main(orderFile, resultFile) {
  const order = JSON.parse(fs.readFileSync(orderFile, 'utf8'));
  const ts = createRequire(path.join(order.root, order.folder, 'package.json'))('typescript');
  const files = order.files.map((each) => path.join(order.root, each));
  const found = ts.findConfigFile(path.dirname(files[0]), ts.sys.fileExists, 'tsconfig.json');
  const parsed = found
    ? ts.parseJsonConfigFileContent(ts.readConfigFile(found, ts.sys.readFile).config ?? {}, ts.sys, path.dirname(found), undefined, found)
    : { options: {}, fileNames: [] };
  const declarations = declaringFiles(parsed.fileNames);
  const program = createProgram(ts, [...files, ...declarations], { ...parsed.options, ...ALONE });
  const result = {};
  for (const [index, file] of files.entries()) result[order.files[index]] = problems(ts, program, program.getSourceFile(file));
  fs.writeFileSync(resultFile, JSON.stringify(result));
}

function problems(ts, program, file) {
  const found = {};
  for (const each of [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]) {
    const name = testAround(ts, file, each.start ?? 0);
    found[name] ??= `${ts.flattenDiagnosticMessageText(each.messageText, ' ')}`;
  }
  return found;
}

/** The titles of the calls of `describe` and `it` around a position; "" outside of them. */
function testAround(ts, file, position) {
  const titles = [];
  const visit = (node) => {
    if (position < node.getStart(file) || position >= node.end) return;
    const title = ts.isCallExpression(node) && node.arguments.find((each) => ts.isStringLiteralLike(each));
    const callee = title && node.expression.getText(file);
    if (title && /^(describe|it|test)\b/.test(callee)) titles.push(title.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return titles.slice(0, 2).join(' > ');
}

if (require.main === module) main(...process.argv.slice(2));

module.exports = { main };
