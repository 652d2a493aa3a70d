'use strict';
/**
 * Reads modules with the project's own TypeScript compiler: `node analyze.cjs ORDER RESULT`.
 *
 * The order is {root, modules: [{path, files, isFolder}]}; the result {modules: [{path, subjects, types, facts, imports, sites,
 * goals, mutants, texts}]}, where `texts` are the instrumented sources by path: those of the files, which are counted
 * together, and of the modules that they use, where only what is awaited is looked at. Nothing of the project is run.
 */
const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');
const { createProgram } = require('./programs.cjs');
const { Shapes } = require('./analysis/shapes.cjs');
const { findSubjects } = require('./analysis/subjects.cjs');
const { importedNames, outsidePackages, readFacts, readImports } = require('./analysis/facts.cjs');
const { appsIn, filesWithApps } = require('./analysis/apps.cjs');
const { servingOf } = require('./analysis/serving.cjs');
const { shapeOfSite } = require('./analysis/sites.cjs');
const { nameOfSite } = require('./analysis/site-names.cjs');
const { Uses } = require('./analysis/uses.cjs');
const { usedModules } = require('./analysis/used.cjs');
const { environmentOf } = require('./analysis/environment.cjs');
const { askedExports } = require('./analysis/asked.cjs');
const { ofEntry } = require('./analysis/entry.cjs');
const { configSubject } = require('./analysis/config.cjs');
const { startedSubject } = require('./analysis/started.cjs');
const { declaringFiles } = require('./declaring.cjs');
const { openersIn } = require('./analysis/openers.cjs');
const { uploadsIn } = require('./analysis/uploads.cjs');
const { instrument } = require('./instrument/instrument.cjs');

function main(orderFile, resultFile) {
  const order = JSON.parse(fs.readFileSync(orderFile, 'utf8'));
  const ts = createRequire(path.join(order.root, order.folder, 'package.json'))('typescript');
  const files = order.modules.flatMap((each) => each.files.map((file) => path.join(order.root, file)));
  const options = readOptions(ts, order.root, files[0]);
  const apps = filesWithApps(path.join(order.root, order.folder));
  const program = createProgram(ts, [...files, ...apps, ...options.declarations], options.compiler);
  const look = { ts, program, root: order.root, folder: order.folder, options: options.compiler, checker: program.getTypeChecker(), apps };
  const modules = order.modules.map((each) => describe(look, each));
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
  return { compiler, declarations: declaringFiles(parsed.fileNames) };
}

function describe(look, module) {
  const { ts, program, root, checker } = look;
  const files = module.files.map((each) => program.getSourceFile(path.join(root, each)));
  if (files.some((each) => !each)) return { path: module.path, problem: 'cannot be read by the TypeScript compiler' };
  const [error] = files.flatMap((each) => program.getSyntacticDiagnostics(each));
  if (error) return { path: module.path, problem: ts.flattenDiagnosticMessageText(error.messageText, ' ') };
  const shapes = new Shapes(ts, checker, files[0], (each) => path.relative(root, each));
  shapes.uses = usesOf(look, module, files);
  const counts = { goals: [], mutants: [], sites: [], variables: [] };
  const found = { subjects: [], imports: [], facts: [], sites: [], usedSites: {}, siteNames: {}, bodies: [], texts: {}, used: {} };
  for (const [index, file] of files.entries()) {
    shapes.place = file;
    found.subjects.push(...findSubjects(ts, checker, file, shapes, () => isServed(look, shapes)).map((each) => ({ ...each, file: module.files[index] })));
    found.facts.push(readFacts(ts, file));
    found.imports.push(...readImports(ts, file, (spec) => resolved(look, spec, file)));
    rewrite(look, module, { file, shapes, counts, found });
  }
  const started = module.isFolder ? undefined : startedSubject(look, files[0]);
  if (started) found.subjects.push({ ...started, file: module.files[0] });
  const reader = (name) => importsOf(look, name);
  const serving = servingOf({ ...look, importsOf: reader }, files, found, shapes);
  const used = serving?.used ?? usedModules(found.imports, module.files, reader);
  for (const name of used.files) rewriteUsed(look, name, { shapes, found });
  for (const each of serving?.server.makers ?? []) shapes.companions.add(each.file);
  const openers = openersOf(look, used.files, shapes);
  for (const each of openers) shapes.companions.add(each.file);
  const config = module.isFolder ? undefined : configSubject(look, files[0], shapes);
  if (config) found.subjects.push({ ...config, file: module.files[0] });
  const packages = outsidePackages([...found.imports, ...used.imports]);
  const subjects = module.isFolder ? ofEntry(look, module, files, found.subjects) : found.subjects;
  for (const each of module.isFolder ? module.files : []) shapes.companions.add(each);
  return {
    path: module.path,
    types: shapes.table,
    subjects,
    inside: module.isFolder ? found.subjects : [],
    facts: merged(found.facts),
    imports: found.imports,
    packages,
    exported: importedNames([...found.imports, ...used.imports, ...importsElsewhere(look, files, packages)], packages),
    asked: askedExports(ts, checker, [...files, ...used.files.map((each) => program.getSourceFile(path.join(root, each)))], (symbol) => shapes.isForeign(symbol)),
    sites: found.sites,
    usedSites: found.usedSites,
    siteNames: found.siteNames,
    server: serving?.server,
    openers,
    environment: environmentIn(look, [...module.files, ...(serving ? look.apps.map((each) => path.relative(root, each)) : [])]),
    companions: [...shapes.companions],
    hasState: counts.variables.length > 0,
    wantsEndings: wantsEndings(look, files[0]),
    bodies: found.bodies,
    uploads: uploadsIn(files),
    usesFetch: files.some((each) => /(^|[^.\w])fetch\(/m.test(each.text) && !/\bfetch\b[^(]*from '|function fetch\b/.test(each.text)),
    writesLogs: files.some((each) => /\blog\.(trace|debug|info|warn|error|fatal)\(/.test(each.text)),
    isFolder: Boolean(module.isFolder),
    usesGraphql: found.imports.some((each) => each.spec === 'graphql' || each.spec === 'graphql-tag'),
    goals: counts.goals,
    mutants: counts.mutants,
    texts: found.texts,
    used: found.used,
  };
}

/** Say whether the compiler takes relative imports with an ending only: in ES modules that are resolved as Node does. */
function wantsEndings({ ts, options }, file) {
  const { Node16 = 3, NodeNext = 99 } = ts.ModuleResolutionKind;
  const kind = options.moduleResolution ?? (options.module >= ts.ModuleKind.Node16 ? NodeNext : undefined);
  return kind >= Node16 && kind <= NodeNext && kind !== ts.ModuleResolutionKind.Bundler && file.impliedNodeFormat === ts.ModuleKind.ESNext;
}

/** Say whether the project has a function that builds its server: what needs one is tried in it. */
function isServed(look, shapes) {
  const { ts, program, checker, root } = look;
  look.found ??= appsIn(ts, checker, look.apps.map((each) => program.getSourceFile(each)).filter((each) => each && !each.isDeclarationFile), shapes, (file) => path.relative(root, file.fileName));
  return look.found.builders.length + look.found.instances.length > 0;
}

/** What the module and those around it read of what they are given. */
function usesOf(look, module, files) {
  const uses = new Uses(look.ts, look.checker);
  const imports = files.flatMap((file) => readImports(look.ts, file, (spec) => resolved(look, spec, file)));
  const around = usedModules(imports, module.files, (name) => importsOf(look, name)).files;
  for (const file of [...files, ...around.map((each) => look.program.getSourceFile(path.join(look.root, each)))]) uses.add(file);
  return uses;
}

/** Functions that open what the used modules need open. */
function openersOf({ ts, program, checker, root, importsOf: reader, ...look }, names, shapes) {
  const files = names.map((each) => program.getSourceFile(path.join(root, each))).filter((each) => each && !each.isDeclarationFile);
  const relative = (file) => path.relative(root, file.fileName);
  const isOutside = (file) => outsidePackages(readImports(ts, file, (spec) => resolved({ ts, root, ...look }, spec, file))).length > 0;
  return openersIn(ts, checker, files, shapes, relative, isOutside);
}

/** Put the instrumented source of a file to the others. */
function rewrite({ ts, checker, root }, module, { file, shapes, counts, found }) {
  const before = counts.sites.length;
  const { text } = instrument(ts, file, module.path, { counts, isAwaitable: (node) => isAwaitable(ts, checker, node) });
  shapes.place = file;
  for (const node of counts.sites.slice(before)) {
    const shape = shapeOfSite(ts, checker, file, shapes, node);
    found.siteNames[found.sites.length] = nameOfSite(ts, node);
    found.sites.push(shape);
    if (/\.json\(\)$/.test(node.getText(file))) found.bodies.push(shape);
  }
  found.texts[path.relative(root, file.fileName)] = text;
}

/** The same for a file that is only used: what it awaits is known by its own name, whichever module is explored. */
function rewriteUsed({ ts, program, checker, root }, name, { shapes, found }) {
  const file = program.getSourceFile(path.join(root, name));
  const counts = { goals: [], mutants: [], sites: [], variables: [] };
  const { text } = instrument(ts, file, name, { counts, isUsed: true, isAwaitable: (node) => isAwaitable(ts, checker, node) });
  shapes.place = file;
  counts.sites.forEach((node, index) => {
    found.usedSites[`${name}#${index}`] = shapeOfSite(ts, checker, file, shapes, node);
    found.siteNames[`${name}#${index}`] = nameOfSite(ts, node);
  });
  if (text.includes('__o().')) found.used[name] = text;
}

function resolved({ ts, root, options }, spec, file) {
  const found = ts.resolveModuleName(spec, file.fileName, options, ts.sys).resolvedModule;
  return found && !found.isExternalLibraryImport ? path.relative(root, found.resolvedFileName) : undefined;
}

/** The imports of a module of the project; none where there is no source. */
function importsOf(look, name) {
  look.imports ??= new Map();
  if (!look.imports.has(name)) {
    const file = look.program.getSourceFile(path.join(look.root, name));
    look.imports.set(name, file && !file.isDeclarationFile ? readImports(look.ts, file, (spec) => resolved(look, spec, file)) : undefined);
  }
  return look.imports.get(name);
}

/** The variables of the environment that files may read, and those that they reach. */
function environmentIn(look, files) {
  const reader = (name) => importsOf(look, name);
  look.variables ??= new Map();
  const sourceOf = (name) => look.program.getSourceFile(path.join(look.root, name));
  return environmentOf({ ts: look.ts, known: look.variables, sourceOf, importsOf: reader }, files);
}

/** What all files that a module reaches import of packages: an ES module that is doubled has to have each of these names. */
function importsElsewhere(look, files, packages) {
  const { ts, program, root } = look;
  const reached = new Set(packages.length > 0 ? files : []);
  for (const file of reached) {
    for (const { moduleSpecifier } of file.statements) {
      const name = moduleSpecifier && resolved(look, moduleSpecifier.text, file);
      const next = name && program.getSourceFile(path.join(root, name));
      if (next && !next.isDeclarationFile) reached.add(next);
    }
  }
  return [...reached].filter(({ text }) => packages.some((each) => text.includes(each))).flatMap((each) => readImports(ts, each, () => undefined));
}

function merged(facts) {
  const names = Object.keys(facts[0]);
  return Object.fromEntries(names.map((name) => [name, [...new Set(facts.flatMap((each) => each[name]))]]));
}

/** Say whether a returned expression may be something that the caller awaits. */
function isAwaitable(ts, checker, node) {
  if (ts.isAwaitExpression(node)) return false;
  const type = checker.getTypeAtLocation(node);
  return Boolean(type.flags & ts.TypeFlags.Any) || Boolean(type.getProperty('then'));
}

if (require.main === module) main(...process.argv.slice(2));

module.exports = { main };
