'use strict';
/** How the project builds its server: functions that return one, and those that give one its plugins and error handling. */
const fs = require('node:fs');
const path = require('node:path');

const SKIPPED = new Set(['node_modules', 'dist', 'build', 'out', 'coverage', '__tests__', '__test__', 'test', 'tests', 'e2e', 'migrations', 'scripts']);
const MOST_FILES = 3000;

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
      if (/\b[Ff]astify\s*\(|setErrorHandler\s*\(|:\s*(Promise<)?FastifyInstance/.test(text)) found.push(place);
    }
  }
  return found;
}

/** Return {builders, equippers}: [{file, name, params, isAsync}] of what those files export. */
function appsIn(ts, checker, files, shapes, relative) {
  const builders = [];
  const equippers = [];
  for (const file of files) {
    const module = checker.getSymbolAtLocation(file);
    for (const exported of module ? checker.getExportsOfModule(module) : []) {
      const symbol = shapes.target(exported);
      const place = symbol.valueDeclaration;
      if (place?.getSourceFile() !== file) continue;
      const signature = checker.getTypeOfSymbolAtLocation(symbol, place).getCallSignatures().at(-1);
      if (!signature) continue;
      const base = { file: relative(file), name: exported.name, local: symbol.name };
      const returns = signature.getReturnType();
      const made = checker.getPromisedTypeOfPromise?.(returns) ?? returns;
      if (made.symbol?.name === 'FastifyInstance') builders.push({ ...base, params: shapes.params(signature), isAsync: made !== returns });
      else if (takesServer(checker, shapes, signature) && place.getText(file).includes('setErrorHandler')) {
        equippers.push({ ...base, isAsync: made !== returns, params: shapes.params(signature).slice(1), takesDone: signature.getParameters().length > 2 });
      }
    }
  }
  return { builders, equippers };
}

function takesServer(checker, shapes, signature) {
  const [first] = signature.getParameters();
  return first && checker.getTypeOfSymbolAtLocation(first, first.valueDeclaration ?? shapes.place).symbol?.name === 'FastifyInstance';
}

module.exports = { appsIn, filesWithApps };
