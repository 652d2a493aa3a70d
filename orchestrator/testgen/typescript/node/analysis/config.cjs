'use strict';
/** Recognises modules that are made from the environment when they are imported. */

const { exportsOf } = require('./exported.cjs');

/** The subject that stands for such a module: {kind, names of what it exports besides functions and classes}; undefined for any other. */
function configSubject({ ts, checker }, file, shapes) {
  if (!happensAtImport(ts, checker, file, (node) => ts.isPropertyAccessExpression(node) && node.getText(file) === 'process.env')) return undefined;
  const names = exportsOf(checker, file).filter((each) => {
    const symbol = shapes.target(each);
    const place = symbol.valueDeclaration;
    if (!place || place.getSourceFile() !== file || symbol.flags & (ts.SymbolFlags.Enum | ts.SymbolFlags.Class | ts.SymbolFlags.Function)) return false;
    const type = checker.getTypeOfSymbolAtLocation(symbol, place);
    return type.getCallSignatures().length + type.getConstructSignatures().length === 0 && !type.getProperty('safeParse');
  }).map((each) => each.name);
  return names.length > 0 ? { kind: 'config', export: names[0], names, line: 1 } : undefined;
}

/** Say whether a node that `fits` is reached while a file is imported: at its top, or in a function of it that is called there. */
function happensAtImport(ts, checker, file, fits) {
  const seen = new Set();
  const reaches = (node) => {
    if (fits(node)) return true;
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return false;
    if (ts.isCallExpression(node) && calledAtOnce(ts, node).some((each) => reaches(each.body))) return true;
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
      const place = checker.getSymbolAtLocation(node.expression)?.valueDeclaration;
      const body = place?.body ?? place?.initializer?.body;
      if (body && place.getSourceFile() === file && !seen.has(place)) {
        seen.add(place);
        if (reaches(body) || place.parameters?.some((each) => each.initializer && reaches(each.initializer))) return true;
      }
    }
    return Boolean(ts.forEachChild(node, (each) => reaches(each) || undefined));
  };
  return file.statements.some((each) => reaches(each));
}

/** Functions that stand in a call and are run on its behalf: `(async () => {…})()` and `connect().then(() => {…})`. */
function calledAtOnce(ts, { expression, arguments: given }) {
  const bare = ts.isParenthesizedExpression(expression) ? expression.expression : expression;
  const followed = ts.isPropertyAccessExpression(bare) && bare.name.text === 'then' ? given : [];
  return [bare, ...followed].filter((each) => ts.isArrowFunction(each) || ts.isFunctionExpression(each));
}

module.exports = { configSubject, happensAtImport };
