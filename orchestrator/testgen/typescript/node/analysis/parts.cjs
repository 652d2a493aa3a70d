'use strict';
/**
 * Things of which a test makes only what the module looks at: requests, replies, servers, contexts, settings that many add to.
 */
const SURROUNDINGS = /\/node_modules\/(fastify|@fastify\/[\w-]+|mercurius[\w-]*|express|@types\/express[\w-]*|koa|@types\/koa[\w-]*|@apollo\/server|graphql-yoga|hono|@hapi\/hapi|h3)\//;
const MANY = 8; // properties of which one would not write all

/** Return the shape of the part of a type that is used; undefined where a whole one, or a client, is made. */
function partOf(shapes, type, symbol, properties) {
  const { uses, checker } = shapes;
  if (!uses) return undefined;
  const isSurrounding = isAround(shapes, type);
  const isAddedTo = filesOf(symbol).size > 1 && properties.length > MANY;
  const isInside = shapes.within > 0 && (shapes.isForeign(symbol) || properties.length > MANY);
  const isTable = /\/node_modules\//.test(shapes.fileOf(symbol)) && !shapes.isForeign(type.symbol) && properties.length > MANY; // functions of a package under names
  if (!isSurrounding && !isAddedTo && !isInside && !isTable) return undefined;
  const used = properties.filter((each) => uses.has(each)).slice(0, 24);
  if (used.length === 0) return isSurrounding || shapes.isForeign(symbol) ? undefined : { k: 'partial', name: symbol?.name ?? '', props: [] };
  const typed = used.map((each) => [each, checker.getTypeOfSymbolAtLocation(each, placeOf(shapes, each))]);
  if (!isSurrounding && shapes.isForeign(symbol) && typed.some(([, one]) => isAsked(checker, one))) return undefined;
  shapes.within += 1;
  try {
    return { k: 'partial', name: symbol?.name ?? '', props: typed.map(([each, one]) => property(shapes, type, each, one)) };
  } finally {
    shapes.within -= 1;
  }
}

function property(shapes, owner, symbol, type) {
  const known = shapes.uses.typeOf(symbol, type);
  const signature = shapes.checker.getNonNullableType(known).getCallSignatures().at(-1);
  const optional = Boolean(symbol.flags & shapes.ts.SymbolFlags.Optional);
  return { name: symbol.name, optional, shape: signature ? method(shapes, owner, signature) : openPart(shapes, symbol, known) ?? shapes.of(known, symbol.name) };
}

/** What of something without names of its own is read by name: the parameters of a path, a body of any type. */
function openPart(shapes, symbol, type) {
  const names = shapes.uses.namesIn(symbol).slice(0, 24);
  const index = type.getStringIndexType?.();
  const isOpen = shapes.uses.isVague(type) || (index && type.getProperties().length === 0);
  if (!isOpen || names.length === 0) return undefined;
  const inner = (name) => (index ? shapes.of(index, name) : { k: 'any' });
  return { k: 'object', name: symbol.name, loose: true, props: names.map((name) => ({ name, optional: false, shape: inner(name) })) };
}

/** A method: one that returns what it belongs to can be followed by the next. */
function method(shapes, owner, signature) {
  const returns = signature.getReturnType();
  const isFluent = returns === owner || isSame(shapes, returns, owner) || Boolean(returns.isThisType);
  return { k: 'method', fluent: isFluent, takes: signature.getParameters().length, returns: isFluent ? { k: 'undefined' } : shapes.answerOf(signature) };
}

function isSame(shapes, one, other) {
  return Boolean(one.symbol) && one.symbol === other.symbol && shapes.isForeign(one.symbol);
}

/** Say whether a function gives a promise. */
function isAsked(checker, type) {
  const signature = checker.getNonNullableType(type).getCallSignatures().at(-1);
  return Boolean(signature?.getReturnType().getProperty('then'));
}

/** Say whether a type, a part of it or one that it extends belongs to a web framework. */
function isAround(shapes, type, depth = 0) {
  if (SURROUNDINGS.test(shapes.fileOf(type.symbol)) && type.getProperties().length > MANY) return true;
  if (depth > 2) return false;
  const bases = type.isIntersection() ? type.types : type.isClassOrInterface?.() || type.target?.isClassOrInterface?.() ? shapes.checker.getBaseTypes(type.target ?? type) : [];
  return (bases ?? []).some((each) => isAround(shapes, each, depth + 1));
}

function filesOf(symbol) {
  return new Set((symbol?.declarations ?? []).map((each) => each.getSourceFile().fileName));
}

function placeOf(shapes, symbol) {
  return symbol.valueDeclaration ?? symbol.declarations?.[0] ?? shapes.place;
}

/** Say whether a type is how the project reaches a store: what its methods answer depends on what they are asked. */
function isStore(shapes, properties) {
  if (properties.length > MANY) return false;
  return properties.some((each) => {
    const signature = shapes.checker.getTypeOfSymbolAtLocation(each, placeOf(shapes, each)).getCallSignatures().at(-1);
    const returned = signature?.typeParameters?.length > 0 && shapes.checker.getPromisedTypeOfPromise?.(signature.getReturnType());
    return Boolean(returned && returned.flags & shapes.ts.TypeFlags.TypeParameter);
  });
}

/** Say whether a function reads what the project or a plugin of it has put on a request or a server. */
function readsDecorations(shapes, signature) {
  const [first] = signature.getParameters();
  if (!first || !shapes.uses) return false;
  const type = shapes.checker.getTypeOfSymbolAtLocation(first, first.valueDeclaration ?? shapes.place);
  const made = isAround(shapes, type) ? undefined : signature.getReturnType().getCallSignatures().at(-1); // what a factory takes is no request
  if (made) return readsDecorations(shapes, made);
  return type.getProperties().some((each) => shapes.uses.has(each) && each.declarations.every((one) => !/\/node_modules\/fastify\//.test(one.getSourceFile().fileName)));
}

/**
 * What stands in for an object of a class that itself needs others and is asked something: the methods that are called.
 * undefined for a class that is made of plain values, or that answers at once.
 */
function doubleOf(shapes, symbol, signature) {
  const { checker, uses, ts } = shapes;
  const takes = signature.getParameters().map((each) => checker.getTypeOfSymbolAtLocation(each, each.valueDeclaration ?? shapes.place));
  const needsOthers = takes.some((type) => [type, ...type.getProperties().map((each) => checker.getTypeOfSymbolAtLocation(each, placeOf(shapes, each)))].some((each) => hasMethods(shapes, each)));
  if (!uses || !needsOthers) return undefined;
  const type = checker.getDeclaredTypeOfSymbol(symbol);
  const used = type.getProperties().filter((each) => uses.has(each) && !shapes.isHidden(each));
  const typed = used.map((each) => [each, checker.getTypeOfSymbolAtLocation(each, placeOf(shapes, each))]);
  const isAll = typed.length > 0 && typed.every(([each, one]) => each.flags & ts.SymbolFlags.Method && isAsked(checker, one));
  return isAll ? { k: 'partial', name: symbol.name, props: typed.map(([each, one]) => property(shapes, type, each, one)) } : undefined;
}

/** Say whether a type of the project, or one that a package gives, has methods. */
function hasMethods(shapes, type) {
  return !shapes.isBuiltIn(type.symbol) && !shapes.checker.isArrayType(type) && Boolean(type.flags & shapes.ts.TypeFlags.Object)
    && type.getProperties().some((each) => each.flags & shapes.ts.SymbolFlags.Method);
}

module.exports = { doubleOf, isStore, partOf, readsDecorations };
