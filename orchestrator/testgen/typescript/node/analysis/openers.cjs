'use strict';
/** Functions of the project that open a connection which other modules then use: until one was called, there is nothing to ask. */
const { exportsOf } = require('./exported.cjs');

const EMPTY = /^(null|undefined)( as \w+)?$/; // what closes a connection leaves

/** Return [{file, name}] of those among files that need no arguments; `isOutside` says whether a file loads a package that is doubled. */
function openersIn(ts, checker, files, shapes, relative, isOutside) {
  const found = [];
  for (const file of files) {
    const empty = isOutside(file) ? emptyVariables(ts, file) : [];
    for (const exported of empty.length > 0 ? exportsOf(checker, file) : []) {
      const place = shapes.target(exported).valueDeclaration;
      if (place?.getSourceFile() !== file || !assigns(ts, place, empty)) continue;
      const signature = checker.getTypeOfSymbolAtLocation(shapes.target(exported), place).getCallSignatures().at(-1);
      const isReady = signature && signature.getReturnType().symbol?.name === 'Promise' && shapes.params(signature).every((each) => each.optional);
      if (isReady) found.push({ file: relative(file), name: exported.name });
    }
  }
  return found;
}

/** Names of variables of a module that hold nothing at first. */
function emptyVariables(ts, file) {
  const found = [];
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const each of statement.declarationList.declarations) {
      const isEmpty = !each.initializer || EMPTY.test(each.initializer.getText(file));
      if (isEmpty && ts.isIdentifier(each.name)) found.push(each.name.text);
    }
  }
  return found;
}

function assigns(ts, node, names) {
  let is = false;
  const visit = (each) => {
    const isAssignment = ts.isBinaryExpression(each) && each.operatorToken.kind === ts.SyntaxKind.EqualsToken;
    if (isAssignment && !EMPTY.test(each.right.getText()) && ts.isIdentifier(each.left) && names.includes(each.left.text)) is = true;
    ts.forEachChild(each, visit);
  };
  visit(node);
  return is;
}

module.exports = { openersIn };
