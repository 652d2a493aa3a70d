'use strict';
/** Recognises modules that build an application of Express and start it when they are imported, and export nothing. */
const { happensAtImport } = require('./config.cjs');
const { exportedWhole, exportsOf } = require('./exported.cjs');
const { sortOf } = require('./express.cjs');

/** The subject that stands for such an application, under the name that it has in its module; undefined for any other module. */
function startedSubject({ ts, checker }, file) {
  if (exportsOf(checker, file).length > 0 || exportedWhole(checker, file)) return undefined;
  const listens = (node) => ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'listen';
  if (!happensAtImport(ts, checker, file, listens)) return undefined;
  let app;
  happensAtImport(ts, checker, file, (node) => {
    const isApp = ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && sortOf(checker, checker.getTypeAtLocation(node.name)) === 'app';
    if (isApp) app = node;
    return isApp;
  });
  if (!app) return undefined;
  const line = file.getLineAndCharacterOfPosition(app.getStart(file)).line + 1;
  const name = app.name.text;
  return { kind: 'routes', framework: 'express', value: 'app', isStarted: true, export: name, local: name, line, params: [], decorations: [] };
}

module.exports = { startedSubject };
