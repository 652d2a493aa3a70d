'use strict';
/** How the project builds its server: functions that return one, servers that modules export, and what gives one its error handling, its compilers of schemas and its decorators. */
const fs = require('node:fs');
const path = require('node:path');
const { exportsOf } = require('./exported.cjs');
const { sortOf } = require('./express.cjs');

const SKIPPED = new Set(['node_modules', 'dist', 'build', 'out', 'coverage', '__tests__', '__test__', 'test', 'tests', 'e2e', 'migrations', 'scripts']);
const MOST_FILES = 3000;
const SIGNS = /\bsign\s*\(|\bSignJWT\b|\bcreateSigner\b/;

/** Files whose text looks as if they built a server or handled its errors. */
function filesWithApps(folder) {
  const found = [];
  const waiting = [folder];
  for (let count = 0; waiting.length > 0 && count < MOST_FILES;) {
    for (const entry of fs.readdirSync(waiting.pop(), { withFileTypes: true })) {
      const place = path.join(entry.parentPath ?? entry.path, entry.name);
      if (entry.isDirectory() && !SKIPPED.has(entry.name) && !entry.name.startsWith('.')) waiting.push(place);
      if (!entry.isFile() || !/^[^.]+(\.[\w-]+)*\.[cm]?[jt]s$/.test(entry.name) || /\.(test|spec|d|config)\.[cm]?[jt]s$/.test(entry.name)) continue;
      count += 1;
      const text = fs.readFileSync(place, 'utf8');
      if (/\b[Ff]astify\s*\(|set(ErrorHandler|ValidatorCompiler|SerializerCompiler)\s*\(|:\s*(Promise<)?FastifyInstance|\bexpress\s*\(\)|:\s*(Promise<)?(express\.)?(Express|Application)\b/.test(text) || SIGNS.test(text)) found.push(place);
    }
  }
  return found;
}

/** Return {builders, instances, equippers, compilers, decorators}: [{file, name, params, isAsync, …}] of what those files export or set. */
function appsIn(ts, checker, files, shapes, relative) {
  const found = { builders: [], instances: [], equippers: [], compilers: [], decorators: [] };
  for (const file of files) {
    for (const each of compilersIn(ts, checker, file, shapes, relative)) {
      if (!found.compilers.some((one) => one.method === each.method)) found.compilers.push(each);
    }
    for (const exported of exportsOf(checker, file)) {
      const symbol = shapes.target(exported);
      const place = symbol.valueDeclaration;
      if (place?.getSourceFile() !== file) continue;
      const type = checker.getTypeOfSymbolAtLocation(symbol, place);
      const base = { file: relative(file), name: exported.name, local: place.name && ts.isIdentifier(place.name) ? place.name.text : symbol.name };
      const signature = type.getCallSignatures().at(-1);
      if (sortOf(checker, type) === 'app') found.instances.push({ ...base, framework: 'express' });
      else if (isServer(type)) found.instances.push(base);
      else if (signature) sortIn(found, { ts, checker, shapes, file, place, signature, base });
    }
  }
  return found;
}

function sortIn({ builders, equippers, decorators }, { ts, checker, shapes, file, place, signature, base }) {
  const returns = signature.getReturnType();
  const made = checker.getPromisedTypeOfPromise?.(returns) ?? returns;
  if (sortOf(checker, made) === 'app') return builders.push({ ...base, framework: 'express', params: shapes.params(signature), isAsync: made !== returns });
  if (isServer(made)) return builders.push({ ...base, params: shapes.params(signature), isAsync: made !== returns });
  if (!takesServer(checker, shapes, signature)) return undefined;
  const more = { isAsync: made !== returns, params: shapes.params(signature).slice(1), takesDone: signature.getParameters().length > 2 };
  const names = decoratedIn(ts, place);
  if (names.length > 0) decorators.push({ ...base, ...more, names });
  return place.getText(file).includes('setErrorHandler') ? equippers.push({ ...base, ...more }) : undefined;
}

/** What the package itself makes is a server and a promise of one at once. */
function isServer(type) {
  return type.symbol?.name === 'FastifyInstance' || (type.isIntersection() && type.types.some(isServer));
}

/** The names that calls of `decorate` inside a node give to servers. */
function decoratedIn(ts, node) {
  const found = [];
  const visit = (each) => {
    const isCall = ts.isCallExpression(each) && ts.isPropertyAccessExpression(each.expression) && each.expression.name.text === 'decorate';
    if (isCall && each.arguments[0] && ts.isStringLiteralLike(each.arguments[0])) found.push(each.arguments[0].text);
    ts.forEachChild(each, visit);
  };
  visit(node);
  return found;
}

/** What a file gives to `setValidatorCompiler` and `setSerializerCompiler`, where a test can import it: {method, package or file, name}. */
function compilersIn(ts, checker, file, shapes, relative) {
  const found = [];
  const visit = (node) => {
    const isCall = ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && /^set(Validator|Serializer)Compiler$/.test(node.expression.name.text);
    const given = isCall && node.arguments.length === 1 && ts.isIdentifier(node.arguments[0]) ? originOf(ts, checker, node.arguments[0], shapes, relative) : undefined;
    if (given) found.push({ method: node.expression.name.text, ...given });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function originOf(ts, checker, identifier, shapes, relative) {
  const place = checker.getSymbolAtLocation(identifier)?.declarations?.[0];
  if (!place || !ts.isImportSpecifier(place)) return undefined;
  const spec = place.parent.parent.parent.moduleSpecifier.text;
  const name = (place.propertyName ?? place.name).text;
  const source = shapes.target(checker.getSymbolAtLocation(identifier)).declarations?.[0]?.getSourceFile();
  const isOwn = source && !source.fileName.includes('/node_modules/');
  return isOwn ? { file: relative(source), name } : { package: spec, name };
}

function takesServer(checker, shapes, signature) {
  const [first] = signature.getParameters();
  return first && isServer(checker.getTypeOfSymbolAtLocation(first, first.valueDeclaration ?? shapes.place));
}

module.exports = { SIGNS, appsIn, filesWithApps, isServer };
