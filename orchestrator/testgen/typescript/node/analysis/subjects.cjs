'use strict';
/** What a module offers that a test can call: functions, methods, getters, static members, constants. */
const { exportedWhole, exportsOf } = require('./exported.cjs');
const { graphqlSubjects, nestedMethods } = require('./graphql.cjs');

const { isServer } = require('./apps.cjs');
const { decoratorSubject } = require('./decorators.cjs');
const { expressSubject } = require('./express.cjs');
const { readsDecorations } = require('./parts.cjs');
const { classRoutes, decorations, serverSubject } = require('./server.cjs');

/** `isServed` says whether there is a server to try in what belongs to one; without, doubles stand in for what is put on it. */
function findSubjects(ts, checker, file, shapes, isServed) {
  const found = [];
  const whole = exportedWhole(checker, file);
  const all = exportsOf(checker, file).map((each) => ({ name: each.name, symbol: shapes.target(each) }));
  for (const { name, symbol } of [...all, ...(whole ? [{ name: 'default', symbol: whole }] : [])]) {
    const place = symbol.valueDeclaration;
    if (!place || place.getSourceFile() !== file || symbol.flags & ts.SymbolFlags.Enum) continue;
    const base = { export: name, local: symbol.name === 'default' && place.name && ts.isIdentifier(place.name) ? place.name.text : symbol.name, line: lineOf(file, place) };
    if (symbol.flags & ts.SymbolFlags.Class) found.push(...ofClass(ts, checker, file, shapes, symbol, base));
    else found.push(...ofValue(ts, checker, shapes, symbol, place, base, isServed));
  }
  return found.sort((a, b) => a.line - b.line);
}

function ofValue(ts, checker, shapes, symbol, place, base, isServed) {
  const type = checker.getTypeOfSymbolAtLocation(symbol, place);
  const express = expressSubject(checker, shapes, type, isServed);
  if (express) return [{ ...base, ...express }];
  if (isServer(type)) return [{ ...base, kind: 'routes', value: 'app', params: [], decorations: [] }];
  const signature = type.getCallSignatures().at(-1);
  const serving = signature && serverSubject(checker, shapes, signature);
  if (serving && (!readsDecorations(shapes, signature) || isServed())) return [{ ...base, ...serving, readsBody: /\.body\b/.test(place.getText()), decorations: decorationsOf(ts, checker, shapes, signature) }];
  const decorator = signature && decoratorSubject(checker, shapes, signature);
  if (decorator) return [{ ...base, ...decorator }];
  if (signature) return [{ ...base, kind: 'function', ...called(checker, shapes, signature) }, ...whatReturns(checker, shapes, signature, base)];
  const graphql = graphqlSubjects(ts, type, place, base);
  if (graphql) return graphql;
  const schema = schemaOf(checker, type);
  if (schema) return [{ ...base, kind: 'schema', member: 'safeParse', params: [{ name: 'input', shape: shapes.of(schema, 'input') }] }];
  const methods = shapes.isClass(type.symbol) || isObjectOfFunctions(type, place) ? membersOf(ts, checker, shapes, type, place.getSourceFile()) : [];
  const nested = nestedMethods(checker, type, place, (inner) => membersOf(ts, checker, shapes, inner, place.getSourceFile()));
  if (methods.length + nested.length > 0) return [...methods, ...nested].map((each) => ({ ...base, ...each, kind: `object-${each.kind}` }));
  return [{ ...base, kind: 'constant', shape: shapes.of(type, base.export), isUsed: isUsed(ts, place) }];
}

/** The function that a function returns, called with what both of them take. */
function whatReturns(checker, shapes, signature, base) {
  const returned = checker.getNonNullableType(signature.getReturnType());
  const inner = returned.isUnion() || returned.getProperties().length > 2 ? undefined : returned.getCallSignatures().at(-1);
  if (!inner) return [];
  const outer = shapes.params(signature).map((each) => ({ ...each, optional: false }));
  const whole = called(checker, shapes, inner);
  return [{ ...base, kind: 'curried', ...whole, params: [...outer, ...whole.params], taken: outer.length }];
}

/** What the project hangs on the requests that a hook, or one that a factory makes, takes. */
function decorationsOf(ts, checker, shapes, signature) {
  return [signature, signature.getReturnType().getCallSignatures().at(-1)].flatMap((each) => (each ? decorations(ts, checker, shapes, each) : []));
}

/** What a zod schema takes: the library keeps that type under `_input`. */
function schemaOf(checker, type) {
  const input = type.getProperty('safeParse') && type.getProperty('_input');
  return input && checker.getTypeOfSymbol?.(input);
}

function isObjectOfFunctions(type, place) {
  return type.getProperties().some((each) => each.valueDeclaration?.getSourceFile() === place.getSourceFile());
}

function ofClass(ts, checker, file, shapes, symbol, base) {
  const statics = checker.getTypeOfSymbolAtLocation(symbol, symbol.valueDeclaration);
  const [made] = statics.getConstructSignatures();
  const abstract = abstractOf(ts, symbol.valueDeclaration);
  const found = [];
  if (made && !abstract?.isOpen) {
    const routes = abstract ? [] : classRoutes(checker, shapes, made, symbol, base);
    if (routes.length > 0) return routes;
    const ctor = shapes.params(made);
    const type = checker.getDeclaredTypeOfSymbol(symbol);
    const hasState = keepsState(ts, symbol.valueDeclaration);
    found.push(...membersOf(ts, checker, shapes, type, file).map((each) => ({ ...base, ...each, ctor, hasState, abstract })));
    if (!abstract) found.push({ ...base, kind: 'constructor', params: ctor, isError: isErrorClass(checker, type) });
  }
  for (const member of membersOf(ts, checker, shapes, statics, file)) {
    if (member.member !== 'prototype') found.push({ ...base, ...member, kind: `static-${member.kind}` });
  }
  return found;
}

/** Of an abstract class, whether it leaves something open, and how many types it takes; undefined for any other class. */
function abstractOf(ts, declaration) {
  const isAbstract = (node) => Boolean(ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Abstract);
  if (!isAbstract(declaration)) return undefined;
  const types = (declaration.typeParameters ?? []).filter((each) => !each.default).length;
  return { isOpen: declaration.members.some(isAbstract), types };
}

/** Say whether objects of a class remember what was done with them. */
function keepsState(ts, declaration) {
  return declaration.members.some((member) => {
    if (!ts.isPropertyDeclaration(member) || !member.initializer) return ts.isPropertyDeclaration(member) && !member.initializer;
    const isReadonly = ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Readonly;
    return !isReadonly || ts.isNewExpression(member.initializer) || ts.isObjectLiteralExpression(member.initializer) || ts.isArrayLiteralExpression(member.initializer);
  });
}

function membersOf(ts, checker, shapes, type, file) {
  const found = [];
  for (const member of type.getProperties()) {
    const place = member.valueDeclaration;
    if (!place || place.getSourceFile() !== file || shapes.isHidden(member) || !/^[A-Za-z_$][\w$]*$/.test(member.name)) continue;
    const base = { member: member.name, line: lineOf(file, place) };
    if (ts.isGetAccessor(place)) found.push({ ...base, kind: 'getter' });
    else {
      const signature = checker.getTypeOfSymbolAtLocation(member, place).getCallSignatures().at(-1);
      if (signature) found.push({ ...base, kind: 'method', ...called(checker, shapes, signature) });
    }
  }
  return found;
}

function called(checker, shapes, signature) {
  const returns = signature.getReturnType();
  return { params: shapes.params(signature), isAsync: returns.symbol?.name === 'Promise', returns: checker.typeToString(returns) };
}

/** Say whether a function of its file uses a variable. */
function isUsed(ts, place) {
  const uses = (node, isInside) => {
    if (isInside && ts.isIdentifier(node) && node.text === place.name?.text && !(ts.isPropertyAccessExpression(node.parent) && node.parent.name === node)) return true;
    return ts.forEachChild(node, (each) => uses(each, isInside || ts.isFunctionLike(node)) || undefined) ?? false;
  };
  return uses(place.getSourceFile(), false);
}

function isErrorClass(checker, type) {
  return (checker.getBaseTypes(type) ?? []).some((each) => /Error$/.test(each.symbol?.name ?? ''));
}

function lineOf(file, node) {
  return file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
}

module.exports = { findSubjects };
