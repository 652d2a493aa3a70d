'use strict';
/** Recognises modules that build an application of Express or Fastify, or take one, start it when they are imported, and export nothing. */
const { isServer } = require('./apps.cjs');
const { happensAtImport } = require('./config.cjs');
const { exportedWhole, exportsOf } = require('./exported.cjs');
const { sortOf } = require('./express.cjs');

/** The subject that stands for such an application, under the name that it has in its module; undefined for any other module. */
function startedSubject({ ts, checker }, file) {
  if (exportsOf(checker, file).length > 0 || exportedWhole(checker, file)) return undefined;
  const framework = (node) => frameworkOf(checker, checker.getTypeAtLocation(node));
  let starter; // what `listen` is called on; that an imported application is awaited says that the other module starts it
  const starts = (node) => {
    const isCall = ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && ts.isIdentifier(node.expression.expression);
    const word = isCall ? node.expression.name.text : undefined;
    if (word === 'listen' || (word === 'ready' && framework(node.expression.expression) === 'fastify')) starter = node.expression.expression;
    return starter !== undefined || (ts.isCallExpression(node) && node.expression.name?.text === 'listen'); // `createServer(app).listen(…)`
  };
  if (!happensAtImport(ts, checker, file, starts)) return undefined;
  let app;
  happensAtImport(ts, checker, file, (node) => {
    const isApp = ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && framework(node.name);
    if (isApp) app = node.name;
    return Boolean(isApp);
  });
  app ??= starter && framework(starter) ? starter : undefined;
  if (!app) return undefined;
  const line = file.getLineAndCharacterOfPosition(app.getStart(file)).line + 1;
  return { kind: 'routes', framework: framework(app), value: 'app', isStarted: true, export: app.text, local: app.text, line, params: [], decorations: [] };
}

/** Of which framework an application is; undefined for any other type. */
function frameworkOf(checker, type) {
  return sortOf(checker, type) === 'app' ? 'express' : isServer(type) ? 'fastify' : undefined;
}

module.exports = { startedSubject };
