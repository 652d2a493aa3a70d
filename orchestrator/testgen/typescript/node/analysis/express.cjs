'use strict';
/**
 * Recognises what belongs to Express: applications, routers, functions that make one or put routes on one, and handlers.
 *
 * A router is a function too, so it has to be known by its type before anything is called.
 */
const FROM = /\/(@types\/)?express(-serve-static-core)?\//;
const SORTS = { Express: 'app', Application: 'app', Router: 'router', IRouter: 'router', Request: 'request', Response: 'response', NextFunction: 'next' };

/** What a type is to Express: app, router, request, response or next; undefined for any other type. */
function sortOf(checker, type, depth = 0) {
  if (!type || depth > 3) return undefined;
  const symbol = type.symbol ?? type.aliasSymbol;
  const isTheirs = (symbol?.declarations ?? []).some((each) => FROM.test(each.getSourceFile().fileName));
  if (isTheirs && Object.hasOwn(SORTS, symbol.name)) return SORTS[symbol.name];
  const bases = type.isIntersection() ? type.types : type.isClassOrInterface?.() || type.target?.isClassOrInterface?.() ? checker.getBaseTypes(type.target ?? type) ?? [] : [];
  for (const each of bases) {
    const found = sortOf(checker, each, depth + 1);
    if (found) return found;
  }
  return undefined;
}

/** The subject that an export is to Express; `isServed` says whether the project has an application to try handlers in. */
function expressSubject(checker, shapes, type, isServed) {
  const own = sortOf(checker, type);
  const base = { kind: 'routes', framework: 'express', params: [], decorations: [] };
  if (own === 'app' || own === 'router') return { ...base, value: own };
  const signature = type.getCallSignatures().at(-1);
  if (!signature) return undefined;
  const sorts = parameterSorts(checker, shapes, signature);
  const returns = signature.getReturnType();
  const made = checker.getPromisedTypeOfPromise?.(returns) ?? returns;
  const isAsync = made !== returns;
  const makes = sortOf(checker, made);
  if (makes === 'app' || makes === 'router') return { ...base, makes, isAsync, params: shapes.params(signature) };
  if (sorts[0] === 'app' || sorts[0] === 'router') return { ...base, registers: true, isAsync, params: shapes.params(signature).slice(1) };
  const isHandler = sorts.includes('request') && sorts.includes('response') && sorts[0] === 'request';
  return isHandler && isServed() ? { ...base, kind: 'handler', isAsync, params: shapes.params(signature) } : undefined;
}

function parameterSorts(checker, shapes, signature) {
  return signature.getParameters().map((each) => sortOf(checker, checker.getTypeOfSymbolAtLocation(each, each.valueDeclaration ?? shapes.place)));
}

module.exports = { expressSubject, parameterSorts, sortOf };
