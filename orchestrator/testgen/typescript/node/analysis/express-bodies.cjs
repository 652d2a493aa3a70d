'use strict';
/**
 * What the handlers of Express routes read of a request, by route: `{'POST /books': {payload, query}}`.
 *
 * Nothing at run time tells what a body may be where no schema checks it. The source does: the properties that are read,
 * the types that they are cast or assigned to, and the parameters of the functions that they are handed to.
 */
const { sortOf } = require('./express.cjs');
const { functionsIn, isRead, newField, readAt, shapeOf } = require('./reads.cjs');

const METHODS = /^(get|post|put|patch|delete|all)$/;
const PARTS = { body: 'payload', query: 'query' };

/** Return the shapes of payload and query of every route that a file registers, as far as they are read. */
function bodiesOf(look, file, shapes) {
  const { ts } = look;
  const found = {};
  const visit = (node) => {
    const route = ts.isCallExpression(node) ? registered(ts, node) : undefined;
    if (route) {
      const parts = readParts({ ...look, shapes }, route.handlers.flatMap((each) => functionsIn(look, each)));
      if (Object.keys(parts).length > 0) found[`${route.method} ${route.path}`] = parts;
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** `router.post('/books', check, create)` and `router.route('/books').post(create)`. */
function registered(ts, node) {
  const callee = node.expression;
  if (!ts.isPropertyAccessExpression(callee) || !METHODS.test(callee.name.text)) return undefined;
  const [first, ...rest] = node.arguments;
  const method = callee.name.text === 'all' ? 'GET' : callee.name.text.toUpperCase();
  if (first && ts.isStringLiteralLike(first)) return rest.length > 0 ? { method, path: first.text, handlers: rest } : undefined;
  for (let owner = callee.expression; ts.isCallExpression(owner) && ts.isPropertyAccessExpression(owner.expression); owner = owner.expression.expression) {
    const [path] = owner.arguments;
    if (owner.expression.name.text === 'route' && path && ts.isStringLiteralLike(path)) return { method, path: path.text, handlers: [...node.arguments] };
  }
  return undefined;
}

function readParts(look, functions) {
  const { ts, checker } = look;
  const trees = {};
  for (const each of functions) {
    const visit = (node) => {
      const part = ts.isPropertyAccessExpression(node) && PARTS[node.name.text];
      if (part && sortOf(checker, checker.getTypeAtLocation(node.expression)) === 'request') readAt(look, node, (trees[part] ??= newField()), 0);
      ts.forEachChild(node, visit);
    };
    visit(each);
  }
  return Object.fromEntries(Object.entries(trees).filter(([, tree]) => isRead(tree)).map(([part, tree]) => [part, part === 'query' ? asTexts(shapeOf(tree)) : shapeOf(tree)]));
}

/** What stands in a query is a text, whatever its name; its type says that it may also be a list or a query of its own. */
function asTexts(shape) {
  if (shape.k !== 'form') return shape;
  return { ...shape, fields: shape.fields.map((each) => (isOpen(each.shape) ? { ...each, shape: { k: 'string' } } : each)) };
}

function isOpen({ k, of }) {
  return k === 'any' || (k === 'union' && of.some((each) => each.k === 'string') && of.some((each) => each.k === 'ref'));
}

module.exports = { bodiesOf };
