'use strict';
/**
 * What is read of something whose type says nothing: the properties, those of its parts, and of the elements of its lists.
 *
 * It is followed through variables, patterns and the functions of the project that get it, so that `any` becomes what the
 * code looks at. A field is {inner: name -> field, list: field of the elements, shape: where a type says it, optional}.
 */
const DEEPEST = 9;
const MOST_FIELDS = 24;
const OF_LISTS = new Set(['map', 'filter', 'find', 'findIndex', 'some', 'every', 'forEach', 'flatMap', 'reduce', 'sort', 'slice', 'at', 'join']);
const CALCULATES = new Set(['-', '*', '/', '%', '**']);
const OF_ALL = new Set(['length', 'constructor', 'prototype', 'then']);

function newField(more) {
  return { inner: new Map(), list: undefined, shape: undefined, optional: false, ...more };
}

/** The shape of what is read of the variable or parameter that a name declares; undefined where nothing is. */
function shapeByReads(look, name) {
  const field = newField();
  if (look.ts.isObjectBindingPattern(name)) readPattern(look, name.parent, name.parent, field, 0);
  else followed(look, name, field, 0);
  return isRead(field) ? shapeOf(field) : undefined;
}

function isRead({ inner, list }) {
  return inner.size > 0 || (list !== undefined && isRead(list));
}

function shapeOf({ inner, list, shape }) {
  if (shape) return shape;
  if (list) return { k: 'array', of: shapeOf(list) };
  if (inner.size === 0) return { k: 'any' };
  return { k: 'form', fields: [...inner].map(([name, each]) => ({ name, optional: Boolean(each.optional), shape: shapeOf(each) })) };
}

/** Note what is read of an expression. */
function readAt(look, node, field, depth) {
  const { ts } = look;
  let outer = node;
  while (isAround(ts, outer)) outer = outer.parent;
  const { parent } = outer;
  if (ts.isPropertyAccessExpression(parent) && parent.expression === outer) return readProperty(look, parent, parent.name.text, field, depth);
  if (ts.isElementAccessExpression(parent) && parent.expression === outer) return readElement(look, parent, field, depth);
  if (ts.isVariableDeclaration(parent) && !ts.isIdentifier(parent.name)) return readPattern(look, parent, node, field, depth);
  if (ts.isForOfStatement(parent) && parent.expression === outer) return readLoop(look, parent, field, depth);
  if (ts.isBinaryExpression(parent)) return readBeside(ts, parent, outer, field);
  const type = expected(look, outer);
  if (type) return fill(look, field.inner, type);
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) return followed(look, parent.name, field, depth + 1);
  return ts.isCallExpression(parent) && parent.arguments.includes(outer) ? handedOver(look, parent, parent.arguments.indexOf(outer), field, depth) : undefined;
}

/** `'name' in value`; what is calculated with is a number. */
function readBeside(ts, { operatorToken, left, right }, outer, field) {
  if (CALCULATES.has(ts.tokenToString(operatorToken.kind))) field.shape ??= { k: 'number' };
  const isAsked = operatorToken.kind === ts.SyntaxKind.InKeyword && right === outer && ts.isStringLiteralLike(left);
  if (isAsked && !field.inner.has(left.text)) field.inner.set(left.text, newField({ optional: true }));
}

/** `value['name']` and `list[0]` */
function readElement(look, access, field, depth) {
  const { argumentExpression: key } = access;
  if (look.ts.isStringLiteralLike(key)) readProperty(look, access, key.text, field, depth);
  else if (look.ts.isNumericLiteral(key)) readAt(look, access, (field.list ??= newField()), depth + 1);
}

function readLoop(look, loop, field, depth) {
  const [declaration] = look.ts.isVariableDeclarationList(loop.initializer) ? loop.initializer.declarations : [];
  if (declaration) readDeclared(look, declaration, (field.list ??= newField()), depth + 1);
}

/** Read on in the function of the project that gets something as an argument. */
function handedOver(look, call, at, field, depth) {
  if (depth > DEEPEST) return;
  for (const each of functionsIn(look, call.expression)) if (each.parameters[at]) readDeclared(look, each.parameters[at], field, depth + 1);
}

function readDeclared(look, declaration, field, depth) {
  if (look.ts.isIdentifier(declaration.name)) followed(look, declaration.name, field, depth);
  else if (look.ts.isObjectBindingPattern(declaration.name)) readPattern(look, declaration, declaration, field, depth);
}

/** Say whether an expression stands for what is in it: in brackets, or with something in its stead where it is missing. */
function isAround(ts, { parent }) {
  if (ts.isParenthesizedExpression(parent) || ts.isNonNullExpression(parent) || ts.isAwaitExpression(parent)) return true;
  return ts.isBinaryExpression(parent) && [ts.SyntaxKind.QuestionQuestionToken, ts.SyntaxKind.BarBarToken].includes(parent.operatorToken.kind) && !ts.isBinaryExpression(parent.left) && ts.isObjectLiteralExpression(parent.right);
}

function readProperty(look, access, name, field, depth) {
  const { ts, checker } = look;
  if (depth > DEEPEST || field.inner.size > MOST_FIELDS || OF_ALL.has(name)) return;
  if (ts.isCallExpression(access.parent) && access.parent.expression === access) return readCalled(look, access.parent, name, field, depth);
  if (checker.getNonNullableType(checker.getTypeAtLocation(access)).getCallSignatures().length > 0) return;
  const own = field.inner.get(name) ?? newField();
  field.inner.set(name, own);
  readAt(look, access, own, depth + 1);
  const type = expected(look, access) ?? checker.getTypeAtLocation(access);
  if (!own.shape && !isRead(own) && !isVague(look, type)) own.shape = look.shapes.of(type, name);
}

/** A method of lists says that there is a list; its callback says what is in it. */
function readCalled(look, call, name, field, depth) {
  if (!OF_LISTS.has(name)) return;
  const list = (field.list ??= newField());
  const at = name === 'reduce' ? 1 : 0;
  for (const each of call.arguments.flatMap((one) => functionsIn(look, one))) if (each.parameters[at]) readDeclared(look, each.parameters[at], list, depth + 1);
}

function readPattern(look, declaration, node, field, depth) {
  const { ts, checker } = look;
  const annotated = declaration.type && said(look, checker.getTypeFromTypeNode(declaration.type));
  if (annotated) return fill(look, field.inner, annotated);
  if (!ts.isObjectBindingPattern(declaration.name)) return;
  const type = checker.getTypeAtLocation(node);
  for (const element of declaration.name.elements) {
    const key = element.propertyName ?? element.name;
    if (element.dotDotDotToken && ts.isIdentifier(element.name)) followed(look, element.name, field, depth + 1);
    if (element.dotDotDotToken || !ts.isIdentifier(key)) continue;
    const own = field.inner.get(key.text) ?? newField({ optional: Boolean(element.initializer) });
    field.inner.set(key.text, own);
    const property = type.getProperty(key.text);
    const known = property && checker.getTypeOfSymbolAtLocation(property, element);
    if (known && !isVague(look, known)) own.shape = look.shapes.of(known, key.text);
    else if (ts.isIdentifier(element.name)) followed(look, element.name, own, depth + 1);
  }
}

/** Read on where a variable is used. */
function followed(look, name, field, depth) {
  const { ts, checker } = look;
  const following = (look.following ??= new Set());
  const symbol = checker.getSymbolAtLocation(name);
  if (depth > DEEPEST || following.has(symbol)) return;
  let owner = ts.isParameter(name.parent) ? name.parent.parent : name.parent;
  while (owner && !ts.isFunctionLike(owner) && !ts.isSourceFile(owner)) owner = owner.parent;
  const visit = (node) => {
    if (field.inner.size > MOST_FIELDS) return;
    if (ts.isIdentifier(node) && node !== name && node.text === name.text && checker.getSymbolAtLocation(node) === symbol) {
      readAt(look, node, field, depth + 1);
      const type = expected(look, node);
      if (!field.shape && type && !isRead(field)) field.shape = look.shapes.of(type, name.text);
    }
    ts.forEachChild(node, visit);
  };
  following.add(symbol);
  if (owner) visit(owner);
  following.delete(symbol);
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
function fill({ shapes, checker, ts }, fields, given) {
  const type = checker.getNonNullableType(given);
  for (const each of type.getProperties().slice(0, MOST_FIELDS)) {
    const place = each.valueDeclaration ?? each.declarations?.[0];
    if (!place || place.getSourceFile().isDeclarationFile || fields.has(each.name)) continue;
    const own = checker.getTypeOfSymbolAtLocation(each, place);
    if (own.getCallSignatures().length > 0) continue;
    fields.set(each.name, newField({ optional: Boolean(each.flags & ts.SymbolFlags.Optional), shape: shapes.of(own, each.name) }));
  }
}

/** The functions of the project that an expression stands for: written there, named, or wrapped by a call. */
function functionsIn(look, node, depth = 0) {
  const { ts, checker } = look;
  if (depth > 3) return [];
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node) || ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) return [node];
  if (ts.isArrayLiteralExpression(node)) return node.elements.flatMap((each) => functionsIn(look, each, depth + 1));
  if (ts.isCallExpression(node)) return [...node.arguments.flatMap((each) => functionsIn(look, each, depth + 1)), ...boundTo(look, node, depth)];
  if (!ts.isIdentifier(node) && !ts.isPropertyAccessExpression(node)) return [];
  let symbol = checker.getSymbolAtLocation(node);
  if (symbol?.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
  const place = symbol?.valueDeclaration ?? symbol?.declarations?.find((each) => ts.isExportAssignment(each));
  if (place && ts.isExportAssignment(place)) return functionsIn(look, place.expression, depth + 1);
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

module.exports = { functionsIn, isRead, newField, readAt, shapeByReads, shapeOf };
