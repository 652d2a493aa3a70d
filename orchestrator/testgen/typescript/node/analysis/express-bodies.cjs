'use strict';
/**
 * What the handlers of Express routes read of a request, by route: `{'POST /books': {payload, query}}`.
 *
 * Nothing at run time tells what a body may be where no schema checks it. The source does: the properties that are read,
 * the types that they are cast or assigned to, and the parameters of the functions that they are handed to.
 */
const { sortOf } = require('./express.cjs');

const METHODS = /^(get|post|put|patch|delete|all)$/;
const PARTS = { body: 'payload', query: 'query' };
const DEEPEST = 3;
const MOST_FIELDS = 24;

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

/** The functions that an expression hands to a route: written there, named, or wrapped by a call. */
function functionsIn(look, node, depth = 0) {
  const { ts, checker } = look;
  if (depth > DEEPEST) return [];
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node) || ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) return [node];
  if (ts.isArrayLiteralExpression(node)) return node.elements.flatMap((each) => functionsIn(look, each, depth + 1));
  if (ts.isCallExpression(node)) return [...node.arguments.flatMap((each) => functionsIn(look, each, depth + 1)), ...boundTo(look, node, depth)];
  if (!ts.isIdentifier(node) && !ts.isPropertyAccessExpression(node)) return [];
  let symbol = checker.getSymbolAtLocation(node);
  if (symbol?.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
  const place = symbol?.valueDeclaration;
  if (!place || place.getSourceFile().isDeclarationFile) return [];
  const value = place.initializer && !ts.isParameter(place) ? place.initializer : place;
  return value === place && !ts.isFunctionDeclaration(place) && !ts.isMethodDeclaration(place) ? [] : functionsIn(look, value, depth + 1);
}

/** `controller.create.bind(controller)` */
function boundTo(look, node, depth) {
  const { ts } = look;
  const isBound = ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'bind';
  return isBound ? functionsIn(look, node.expression.expression, depth + 1) : [];
}

function readParts(look, functions) {
  const { ts, checker } = look;
  const trees = {};
  for (const each of functions) {
    const visit = (node) => {
      const part = ts.isPropertyAccessExpression(node) && PARTS[node.name.text];
      if (part && sortOf(checker, checker.getTypeAtLocation(node.expression)) === 'request') readAt(look, node, (trees[part] ??= new Map()), 0);
      ts.forEachChild(node, visit);
    };
    visit(each);
  }
  return Object.fromEntries(Object.entries(trees).filter(([, tree]) => tree.size > 0).map(([part, tree]) => [part, formOf(tree)]));
}

/** Note what is read of an expression: {name -> {shape, inner, optional}}. */
function readAt(look, node, tree, depth) {
  const { ts } = look;
  let outer = node;
  while (isAround(ts, outer)) outer = outer.parent;
  const { parent } = outer;
  if (ts.isPropertyAccessExpression(parent) && parent.expression === outer) return readProperty(look, parent, parent.name.text, tree, depth);
  if (ts.isVariableDeclaration(parent) && ts.isObjectBindingPattern(parent.name)) return readPattern(look, parent, node, tree, depth);
  const type = expected(look, outer);
  if (type) return fill(look, tree, type);
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) return followed(look, parent.name, tree, depth);
  return ts.isCallExpression(parent) && parent.arguments.includes(outer) ? handedOver(look, parent, parent.arguments.indexOf(outer), tree, depth) : undefined;
}

/** Read on in the function of the project that gets something as an argument. */
function handedOver(look, call, at, tree, depth) {
  const { ts } = look;
  if (depth > DEEPEST) return;
  for (const each of functionsIn(look, call.expression)) {
    const parameter = each.parameters[at];
    if (!parameter) continue;
    if (ts.isIdentifier(parameter.name)) followed(look, parameter.name, tree, depth + 1);
    else if (ts.isObjectBindingPattern(parameter.name)) readPattern(look, parameter, parameter, tree, depth + 1);
  }
}

/** Say whether an expression stands for what is in it: in brackets, or with something in its stead where it is missing. */
function isAround(ts, { parent }) {
  if (ts.isParenthesizedExpression(parent) || ts.isNonNullExpression(parent)) return true;
  return ts.isBinaryExpression(parent) && [ts.SyntaxKind.QuestionQuestionToken, ts.SyntaxKind.BarBarToken].includes(parent.operatorToken.kind) && !ts.isBinaryExpression(parent.left) && ts.isObjectLiteralExpression(parent.right);
}

function readProperty(look, access, name, tree, depth) {
  if (depth > DEEPEST || tree.size > MOST_FIELDS || look.checker.getNonNullableType(look.checker.getTypeAtLocation(access)).getCallSignatures().length > 0) return;
  const field = tree.get(name) ?? { inner: new Map() };
  tree.set(name, field);
  readAt(look, access, field.inner, depth + 1);
  const type = expected(look, access) ?? look.checker.getTypeAtLocation(access);
  if (!field.shape && field.inner.size === 0 && !isVague(look, type)) field.shape = look.shapes.of(type, name);
}

function readPattern(look, declaration, node, tree, depth) {
  const { ts, checker } = look;
  if (declaration.type) return fill(look, tree, checker.getTypeFromTypeNode(declaration.type));
  const type = checker.getTypeAtLocation(node);
  for (const element of declaration.name.elements) {
    const key = element.propertyName ?? element.name;
    if (element.dotDotDotToken || !ts.isIdentifier(key)) continue;
    const field = tree.get(key.text) ?? { inner: new Map(), optional: Boolean(element.initializer) };
    tree.set(key.text, field);
    const property = type.getProperty(key.text);
    const own = property && checker.getTypeOfSymbolAtLocation(property, element);
    if (own && !isVague(look, own)) field.shape = look.shapes.of(own, key.text);
    else if (ts.isIdentifier(element.name)) followed(look, element.name, field.inner, depth + 1, field);
  }
}

/** Read on where a variable is used. */
function followed(look, name, tree, depth, field) {
  const { ts, checker } = look;
  if (depth > DEEPEST) return;
  const symbol = checker.getSymbolAtLocation(name);
  let owner = name.parent;
  while (owner && !ts.isFunctionLike(owner) && !ts.isSourceFile(owner)) owner = owner.parent;
  const visit = (node) => {
    if (tree.size > MOST_FIELDS) return;
    if (ts.isIdentifier(node) && node !== name && node.text === name.text && checker.getSymbolAtLocation(node) === symbol) {
      readAt(look, node, tree, depth + 1);
      const type = expected(look, node);
      if (field && !field.shape && type && !isVague(look, type)) field.shape = look.shapes.of(type, name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(owner);
}

/** The type that the place of an expression wants: a cast, an annotation, a parameter; undefined where none is said. */
function expected(look, node) {
  const { ts, checker } = look;
  const { parent } = node;
  if (ts.isAsExpression(parent)) return said(look, checker.getTypeFromTypeNode(parent.type));
  if (ts.isVariableDeclaration(parent) && parent.type) return said(look, checker.getTypeFromTypeNode(parent.type));
  if (ts.isSpreadAssignment(parent)) return said(look, checker.getContextualType(parent.parent));
  if (ts.isCallExpression(parent) && parent.arguments.includes(node)) return said(look, checker.getContextualType(node));
  return ts.isPropertyAssignment(parent) || ts.isShorthandPropertyAssignment(parent) ? said(look, checker.getContextualType(node)) : undefined;
}

function said(look, type) {
  return type && !isVague(look, type) ? type : undefined;
}

function isVague({ ts }, type) {
  return Boolean(type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.TypeParameter));
}

/** Note the properties of a type of the project. */
function fill({ shapes, checker, ts }, tree, given) {
  const type = checker.getNonNullableType(given);
  for (const each of type.getProperties().slice(0, MOST_FIELDS)) {
    const place = each.valueDeclaration ?? each.declarations?.[0];
    if (!place || place.getSourceFile().isDeclarationFile || tree.has(each.name)) continue;
    const own = checker.getTypeOfSymbolAtLocation(each, place);
    if (own.getCallSignatures().length > 0) continue;
    tree.set(each.name, { inner: new Map(), optional: Boolean(each.flags & ts.SymbolFlags.Optional), shape: shapes.of(own, each.name) });
  }
}

function formOf(tree) {
  const fields = [...tree].map(([name, { shape, inner, optional }]) => ({ name, optional: Boolean(optional), shape: shape ?? (inner.size > 0 ? formOf(inner) : { k: 'any' }) }));
  return { k: 'form', fields };
}

module.exports = { bodiesOf };
