'use strict';
/**
 * What is expected at each place where the module awaits something: the type that the source gives to the value.
 *
 * A query builder answers `any`; what the answer has to look like is said by the variable, the cast or the return type
 * around it, or else by the properties that are read from it afterwards.
 */

const { shapeByReads } = require('./reads.cjs');

function shapeOfSite(ts, checker, file, shapes, node) {
  const { parent } = node;
  if (ts.isAwaitExpression(node) && ts.isVariableDeclaration(parent) && ts.isObjectBindingPattern(parent.name) && !parent.type) return shapeOfPattern(ts, checker, shapes, node, parent.name);
  const expected = expectedType(ts, checker, shapes, node);
  if (expected && !(expected.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown))) return shapes.of(expected, nameAt(ts, node));
  return shapeOfReads(ts, checker, file, shapes, node);
}

/** What is taken out of the answer, e.g. `const { data } = await …`; all of it where the rest is taken as well. */
function shapeOfPattern(ts, checker, shapes, node, pattern) {
  const type = checker.getTypeAtLocation(node);
  const isVague = Boolean(type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown));
  if (pattern.elements.some((each) => each.dotDotDotToken)) return isVague ? shapeByReads({ ts, checker, shapes }, pattern) ?? { k: 'any' } : shapes.of(type);
  const props = pattern.elements.filter((each) => !each.dotDotDotToken).map((each) => {
    const name = (each.propertyName ?? each.name).getText();
    const symbol = type.getProperty(name);
    const shape = symbol ? shapes.of(checker.getTypeOfSymbolAtLocation(symbol, node), name) : { k: 'any' };
    const read = shape.k === 'any' ? shapeByReads({ ts, checker, shapes }, each.name) : undefined;
    return { name, optional: false, shape: read ?? shape };
  });
  return { k: 'object', name: '', loose: true, props };
}

function expectedType(ts, checker, shapes, node) {
  const { parent } = node;
  if (ts.isReturnStatement(node)) return returned(ts, checker, node);
  if (ts.isAwaitExpression(node)) {
    if (ts.isVariableDeclaration(parent)) return parent.type ? checker.getTypeFromTypeNode(parent.type) : inferred(checker, shapes, node);
    const cast = ts.isParenthesizedExpression(parent) ? parent.parent : parent;
    if (ts.isAsExpression(cast)) return checker.getTypeFromTypeNode(cast.type);
    if (ts.isReturnStatement(parent)) return returned(ts, checker, parent);
    if (ts.isExpressionStatement(parent)) return undefined;
    const contextual = ts.isCallExpression(parent) && checker.getContextualType(node);
    if (contextual) return contextual;
    return checker.getTypeAtLocation(node);
  }
  return returned(ts, checker, node);
}

/** The type of an answer that nobody wrote down; of what belongs to a package only what is read of it is needed. */
function inferred(checker, shapes, node) {
  const type = checker.getTypeAtLocation(node);
  const parts = type.isUnion() ? type.types : [type];
  const isOwn = parts.every((each) => !shapes.isForeign(each.symbol) || checker.isArrayType(each) || each.symbol.name === 'Response');
  return isOwn ? type : undefined;
}

function returned(ts, checker, node) {
  let owner = node.parent;
  while (owner && !ts.isFunctionLike(owner)) owner = owner.parent;
  if (!owner?.type) return undefined;
  const type = checker.getTypeFromTypeNode(owner.type);
  return checker.getPromisedTypeOfPromise?.(type) ?? (type.symbol?.name === 'Promise' ? checker.getTypeArguments(type)[0] : type);
}

function nameAt(ts, node) {
  return ts.isVariableDeclaration(node.parent) && ts.isIdentifier(node.parent.name) ? node.parent.name.text : '';
}

/** Make an object out of what is read from the variable, e.g. `row.title` and `row?.hash`. */
function shapeOfReads(ts, checker, file, shapes, node) {
  const { parent } = node;
  if (ts.isExpressionStatement(parent)) return { k: 'written' };
  if (ts.isParenthesizedExpression(parent) && ts.isPropertyAccessExpression(parent.parent)) {
    const access = parent.parent;
    if (!isMethodOfList(access)) return { k: 'object', name: '', loose: true, props: [property(access, { k: 'any' })] };
    return { k: 'array', of: elementShape(ts, checker, shapes, access.parent, access.expression.getText(file)) };
  }
  if (!ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name)) return { k: 'any' };
  const name = parent.name.text;
  let owner = parent;
  while (owner && !ts.isFunctionLike(owner) && !ts.isSourceFile(owner)) owner = owner.parent;
  const uses = usesOf(ts, checker, owner, name, returned(ts, checker, node), shapes);
  const read = shapeByReads({ ts, checker, shapes }, parent.name);
  if (uses.list) return { k: 'array', of: known(elementShape(ts, checker, shapes, owner, name), read?.of) };
  if (uses.number) return { k: 'number' };
  if (uses.reads.size === 0) return read ? { k: 'union', of: [read, { k: 'undefined' }] } : { k: 'any' };
  const inside = new Map((read?.fields ?? []).map((each) => [each.name, each.shape]));
  const names = new Set([...uses.reads.keys(), ...inside.keys()]);
  const props = [...names].map((key) => ({ name: key, optional: false, shape: known(uses.reads.get(key) ?? { k: 'any' }, inside.get(key)) }));
  return { k: 'union', of: [{ k: 'object', name: '', props, loose: true }, { k: 'undefined' }] };
}

/** The shape that says more. */
function known(shape, other) {
  const isBare = shape.k === 'any' || (shape.k === 'object' && shape.loose && shape.props.every((each) => each.shape.k === 'any'));
  return isBare && other ? other : shape;
}

function property(access, shape) {
  return { name: access.name.text, optional: false, shape };
}

/** How a variable is used: as a list, as a number, or as an object of which properties are read. */
function usesOf(ts, checker, owner, name, result, shapes) {
  const uses = { list: false, number: false, reads: new Map() };
  const like = result ? shapes.of(result) : { k: 'any' };
  const visit = (each) => {
    const isRead = ts.isPropertyAccessExpression(each) && ts.isIdentifier(each.expression) && each.expression.text === name;
    if (isRead && isMethodOfList(each)) uses.list = true;
    else if (isRead) uses.reads.set(each.name.text, uses.reads.get(each.name.text)?.k === 'json' ? { k: 'json', like } : shapeByUse(ts, checker, shapes, each, like));
    const isCompared = ts.isBinaryExpression(each) && ts.isIdentifier(each.left) && each.left.text === name;
    if (isCompared && ts.isNumericLiteral(each.right)) uses.number = true;
    ts.forEachChild(each, visit);
  };
  visit(owner);
  return uses;
}

function isMethodOfList(access) {
  return /^(length|map|filter|find|some|every|reduce|forEach|flatMap|at|slice|sort)$/.test(access.name.text);
}

/** The elements of a list: the type or the reads of the parameter of a callback that goes over them. */
function elementShape(ts, checker, shapes, owner, name) {
  const reads = new Set();
  let typed;
  const visit = (each) => {
    const isCall = ts.isCallExpression(each) && ts.isPropertyAccessExpression(each.expression) && each.expression.expression.getText() === name;
    const callback = isCall && each.arguments.find((one) => ts.isArrowFunction(one) || ts.isFunctionExpression(one));
    const parameter = callback && callback.parameters[0];
    if (parameter?.type) typed ??= shapes.of(checker.getTypeFromTypeNode(parameter.type));
    else if (parameter && ts.isIdentifier(parameter.name)) readsOf(ts, callback, parameter.name.text, reads);
    const isIndexed = ts.isPropertyAccessExpression(each) && ts.isElementAccessExpression(each.expression) && each.expression.expression.getText() === name;
    if (isIndexed) reads.add(each.name.text);
    ts.forEachChild(each, visit);
  };
  visit(owner);
  if (typed) return typed;
  if (reads.size === 0) return { k: 'any' };
  return { k: 'object', name: '', loose: true, props: [...reads].map((each) => ({ name: each, optional: false, shape: { k: 'any' } })) };
}

function readsOf(ts, node, name, reads) {
  const visit = (each) => {
    if (ts.isPropertyAccessExpression(each) && each.expression.getText() === name) reads.add(each.name.text);
    ts.forEachChild(each, visit);
  };
  visit(node);
}

/** What a read property may hold: what its place expects; `JSON.parse(row.x)` and `typeof row.x` mean JSON text. */
function shapeByUse(ts, checker, shapes, access, like) {
  const { parent } = access;
  const isParsed = ts.isCallExpression(parent) && /parse/i.test(parent.expression.getText());
  if (isParsed || ts.isTypeOfExpression(parent)) return { k: 'json', like };
  const expected = checker.getContextualType(access);
  for (const type of [expected, checker.getTypeAtLocation(access)]) {
    const isKnown = type && !(type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) && type.getCallSignatures().length === 0;
    if (isKnown) return shapes.of(type, access.name.text);
  }
  return { k: 'any' };
}

module.exports = { shapeOfSite };
