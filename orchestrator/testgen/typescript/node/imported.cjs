'use strict';
/** What an import brings: {spec, form, names: [{local, name}]}; `form` tells which imports can be put together. */

/** Of an `import` declaration; undefined for what is none or what has forms of its own. */
function importOf(ts, node) {
  if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) return undefined;
  const clause = node.importClause;
  const names = clause?.name ? [{ local: clause.name.text, name: 'default' }] : [];
  const given = clause?.namedBindings;
  if (given && ts.isNamespaceImport(given)) names.push({ local: given.name.text, name: '*' });
  else for (const each of given?.elements ?? []) names.push(named(each));
  return { spec: node.moduleSpecifier.text, form: clause?.isTypeOnly ? 'import type' : 'import', names };
}

function named(each) {
  const name = (each.propertyName ?? each.name).text;
  return { local: each.name.text, name: each.isTypeOnly ? `type ${name}` : name };
}

/** Of `const name = require('…')` and `const { name } = require('…')`. */
function requireOf(ts, node) {
  if (!ts.isVariableStatement(node) || node.declarationList.declarations.length !== 1) return undefined;
  const [{ name, initializer }] = node.declarationList.declarations;
  const isCall = initializer && ts.isCallExpression(initializer) && initializer.expression.getText() === 'require';
  const [given] = isCall ? initializer.arguments : [];
  if (!given || !ts.isStringLiteral(given)) return undefined;
  if (ts.isIdentifier(name)) return { spec: given.text, form: 'require', names: [{ local: name.text, name: 'default' }] };
  if (!ts.isObjectBindingPattern(name) || name.elements.some((each) => !ts.isIdentifier(each.name))) return undefined;
  const names = name.elements.map((each) => ({ local: each.name.text, name: (each.propertyName ?? each.name).getText() }));
  return { spec: given.text, form: 'require {}', names };
}

module.exports = { importOf, requireOf };
