'use strict';
/** What trying a module inside a server needs to know: the project's server, what it loads, who makes tokens. */
const path = require('node:path');
const { createRequire } = require('node:module');
const { exportsOf } = require('./exported.cjs');
const { bodiesOf } = require('./express-bodies.cjs');
const { readFacts, outsidePackages } = require('./facts.cjs');
const { SIGNS, appsIn } = require('./apps.cjs');
const { ABOUT_TOKENS, makersIn } = require('./makers.cjs');
const { cookiesReadIn, headersReadIn } = require('./request-headers.cjs');
const { usedModules } = require('./used.cjs');

const SERVING = new Set(['routes', 'hook', 'reader', 'handler']);
const ALL = { most: 120, deepest: 12 };

/** Return {server, used} for a module with subjects that need a server; `used` are all files of the server besides. */
function servingOf(look, files, { subjects, imports }, shapes) {
  if (!subjects.some((each) => SERVING.has(each.kind))) return undefined;
  const { ts, program, checker, root, importsOf } = look;
  const relative = (file) => path.relative(root, file.fileName);
  const sourceOf = (name) => program.getSourceFile(path.join(root, name));
  const own = files.map(relative);
  const mine = usedModules(imports, own, importsOf, ALL).files;
  const apps = appsIn(ts, checker, look.apps.map((each) => program.getSourceFile(each)).filter((each) => each && !each.isDeclarationFile), shapes, relative);
  const framework = subjects.find((each) => SERVING.has(each.kind)).framework ?? 'fastify';
  for (const name of ['builders', 'instances']) apps[name] = apps[name].filter((each) => (each.framework ?? 'fastify') === framework);
  const facts = mine.map((each) => readFacts(ts, sourceOf(each)));
  const reads = new Set([...files.map((each) => readFacts(ts, each)), ...facts].flatMap((each) => each.reads));
  apps.decorators = apps.decorators.filter(({ names }) => names.some((each) => reads.has(each)));
  const roots = [...apps.builders, ...apps.instances, ...apps.equippers, ...apps.decorators, ...apps.compilers.filter((each) => each.file)].map(({ file }) => ({ file, spec: file }));
  const used = usedModules([...imports, ...roots], own, importsOf, ALL);
  const everything = [...imports, ...used.imports];
  const packages = outsidePackages(everything);
  const server = {
    ...apps,
    framework,
    ...(framework === 'express' && expressParts(look, [...mine.map(sourceOf), ...files], shapes)),
    ...(subjects.some((each) => each.isStarted) && { hasSupertest: hasSupertest(look, files) }),
    makers: makersOf(look, mine.map(sourceOf), own, shapes),
    errors: errorsIn(ts, checker, mine.map(sourceOf), shapes),
    facts: { strings: facts.flatMap((each) => each.strings), reads: facts.flatMap((each) => each.reads) },
    headers: headersReadIn(ts, [...files, ...mine.map(sourceOf)]),
    cookies: cookiesReadIn(ts, [...files, ...mine.map(sourceOf)]),
    externals: [...new Set(everything.filter((each) => each.file === undefined && /^[@a-z]/.test(each.spec) && !each.spec.startsWith('node:') && !packages.includes(each.spec)).map((each) => each.spec))],
  };
  return { server, used };
}

/** What only applications of Express need: what requests are made of, and whether the project has supertest. */
function expressParts(look, files, shapes) {
  const bodies = Object.assign({}, ...files.map((each) => bodiesOf(look, each, shapes)));
  return { bodies, hasSupertest: hasSupertest(look, files) };
}

function hasSupertest(look, files) {
  const { resolve } = createRequire(path.join(look.root, look.folder ?? '', 'package.json'));
  const isThere = (name) => {
    try {
      return Boolean(resolve(name));
    } catch {
      return false;
    }
  };
  const isTyped = isThere('@types/supertest/package.json') || !/\.[cm]?tsx?$/.test(files.at(-1).fileName);
  return isThere('supertest') && isTyped;
}

/** Who makes texts: functions that the module reaches; where none of them makes tokens, those of the whole project that sign. */
function makersOf({ ts, program, checker, root, apps }, mine, own, shapes) {
  const relative = (file) => path.relative(root, file.fileName);
  const found = makersIn(ts, checker, mine, shapes, relative);
  if (found.some(({ words }) => words.some((each) => ABOUT_TOKENS.has(each)))) return found;
  const others = apps.map((each) => program.getSourceFile(each)).filter((each) => each && !each.isDeclarationFile && !mine.includes(each) && !own.includes(relative(each)) && SIGNS.test(each.text));
  return [...found, ...makersIn(ts, checker, others, shapes, relative).filter(({ words }) => words.some((each) => ABOUT_TOKENS.has(each)))];
}

/** The shapes of the classes of errors that files export. */
function errorsIn(ts, checker, files, shapes) {
  const found = [];
  for (const file of files) {
    for (const exported of exportsOf(checker, file)) {
      const symbol = shapes.target(exported);
      if (!(symbol.flags & ts.SymbolFlags.Class) || symbol.valueDeclaration?.getSourceFile() !== file) continue;
      const bases = checker.getBaseTypes(checker.getDeclaredTypeOfSymbol(symbol)) ?? [];
      if (bases.some((each) => /Error$|Exception$/.test(each.symbol?.name ?? ''))) found.push(shapes.instance(symbol, symbol.name));
    }
  }
  return found.filter((each) => each.k === 'instance').slice(0, 8);
}

module.exports = { servingOf };
