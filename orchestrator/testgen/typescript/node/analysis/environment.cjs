'use strict';
/** Which variables of the environment a module may read, itself or through the modules of the project that it reaches. */
const { usedModules } = require('./used.cjs');

const REACH = { most: 300, deepest: 20 };
const MOST = 200;
const SHOUTED = /^[A-Z][A-Z0-9]+(_[A-Z0-9]+)*$/;

/**
 * `names` are read by name or are keys that look like variables, e.g. of a schema; `words` are texts that may be names.
 *
 * `known` remembers what stands in a file for the next module that reaches it.
 */
function environmentOf({ ts, sourceOf, importsOf, known }, own) {
  const imports = own.flatMap((each) => importsOf(each) ?? []);
  const files = [...own, ...usedModules(imports, own, importsOf, REACH).files];
  const names = new Set();
  const words = new Set();
  for (const name of files) {
    if (!known.has(name)) known.set(name, readIn(ts, sourceOf(name)));
    const found = known.get(name);
    for (const each of found.names) names.add(each);
    for (const each of found.words) words.add(each);
  }
  return { names: [...names].slice(0, MOST), words: [...words].slice(0, MOST) };
}

function readIn(ts, file) {
  const names = new Set();
  const words = new Set();
  const isEnvironment = (node) => node !== undefined && ts.isPropertyAccessExpression(node) && node.getText(file) === 'process.env';
  const visit = (node) => {
    if (ts.isPropertyAccessExpression(node) && isEnvironment(node.expression)) names.add(node.name.text);
    if (ts.isElementAccessExpression(node) && isEnvironment(node.expression) && ts.isStringLiteralLike(node.argumentExpression)) names.add(node.argumentExpression.text);
    if (ts.isVariableDeclaration(node) && isEnvironment(node.initializer) && ts.isObjectBindingPattern(node.name)) {
      for (const each of node.name.elements) if (!each.dotDotDotToken) names.add((each.propertyName ?? each.name).getText(file));
    }
    if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name) && SHOUTED.test(node.name.text)) names.add(node.name.text);
    if (ts.isStringLiteralLike(node) && SHOUTED.test(node.text)) words.add(node.text);
    ts.forEachChild(node, visit);
  };
  if (file && !file.isDeclarationFile) visit(file);
  return { names, words };
}

module.exports = { environmentOf };
