'use strict';
/**
 * Reads modules with the project's own TypeScript compiler: `node analyze.cjs ORDER RESULT`.
 *
 * The order is {root, modules: [path]}; the result {modules: [{path, subjects, types, facts, imports, sites, goals,
 * mutants, text}]}, where `text` is the instrumented source. Nothing of the project is run.
 */
const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');
const { Shapes } = require('./analysis/shapes.cjs');
const { findSubjects } = require('./analysis/subjects.cjs');
const { outsidePackages, readFacts, readImports } = require('./analysis/facts.cjs');
const { shapeOfSite } = require('./analysis/sites.cjs');
const { instrument } = require('./instrument/instrument.cjs');

function main(orderFile, resultFile) {
  const order = JSON.parse(fs.readFileSync(orderFile, 'utf8'));
  const ts = createRequire(path.join(order.root, order.folder, 'package.json'))('typescript');
  const files = order.modules.map((each) => path.join(order.root, each));
  const options = readOptions(ts, order.root, files[0]);
  const program = ts.createProgram([...files, ...options.declarations], options.compiler);
  const modules = order.modules.map((each, index) => describe(ts, program, options.compiler, order.root, each, files[index]));
  fs.writeFileSync(resultFile, JSON.stringify({ typescript: ts.version, modules }));
}

/** The nearest tsconfig, made strict, so that types say what may be missing. */
function readOptions(ts, root, file) {
  const found = ts.findConfigFile(path.dirname(file), ts.sys.fileExists, 'tsconfig.json');
  const isInside = found && !path.relative(root, found).startsWith('..');
  const parsed = isInside
    ? ts.parseJsonConfigFileContent(ts.readConfigFile(found, ts.sys.readFile).config ?? {}, ts.sys, path.dirname(found), undefined, found)
    : { options: { target: ts.ScriptTarget.ES2022, moduleResolution: ts.ModuleResolutionKind.NodeJs ?? 2 }, fileNames: [] };
  const compiler = { ...parsed.options, noEmit: true, skipLibCheck: true, strict: true, allowJs: true, checkJs: true };
  return { compiler, declarations: parsed.fileNames.filter((each) => each.endsWith('.d.ts')) };
}

function describe(ts, program, options, root, name, absolute) {
  const file = program.getSourceFile(absolute);
  if (!file) return { path: name, problem: 'cannot be read by the TypeScript compiler' };
  const [error] = program.getSyntacticDiagnostics(file);
  if (error) return { path: name, problem: ts.flattenDiagnosticMessageText(error.messageText, ' ') };
  const checker = program.getTypeChecker();
  const shapes = new Shapes(ts, checker, file, (each) => path.relative(root, each));
  const resolve = (spec) => {
    const found = ts.resolveModuleName(spec, absolute, options, ts.sys).resolvedModule;
    return found && !found.isExternalLibraryImport ? path.relative(root, found.resolvedFileName) : undefined;
  };
  const written = instrument(ts, file, name, { isAwaitable: (node) => isAwaitable(ts, checker, node) });
  const imports = readImports(ts, file, resolve);
  return {
    path: name,
    types: shapes.table,
    subjects: findSubjects(ts, checker, file, shapes),
    facts: readFacts(ts, file),
    imports,
    packages: outsidePackages(imports),
    sites: written.sites.map((node) => shapeOfSite(ts, checker, file, shapes, node)),
    companions: [...shapes.companions],
    hasState: written.variables.length > 0,
    goals: written.goals,
    mutants: written.mutants,
    text: written.text,
  };
}

/** Say whether a returned expression may be something that the caller awaits. */
function isAwaitable(ts, checker, node) {
  if (ts.isAwaitExpression(node)) return false;
  const type = checker.getTypeAtLocation(node);
  return Boolean(type.flags & ts.TypeFlags.Any) || Boolean(type.getProperty('then'));
}

main(...process.argv.slice(2));
