'use strict';
/** Functions of a project that make texts out of something: tokens, hashes, signatures. */

const MAKES = /^(sign|issue|create|generate|make|hash|encode|encrypt|new|build)(?=[A-Z])/;

/** Exported functions that make a text out of something, e.g. a token or a hash: [{file, name, words, params, isAsync, picks}]. */
function makersIn(ts, checker, files, shapes, relative) {
  const found = [];
  for (const file of files) {
    const module = checker.getSymbolAtLocation(file);
    for (const exported of module ? checker.getExportsOfModule(module) : []) {
      const symbol = shapes.target(exported);
      if (!MAKES.test(exported.name) || symbol.valueDeclaration?.getSourceFile() !== file) continue;
      const signature = checker.getTypeOfSymbolAtLocation(symbol, symbol.valueDeclaration).getCallSignatures().at(-1);
      const made = signature && madeBy(ts, checker, signature);
      if (made) found.push({ file: relative(file), name: exported.name, words: wordsOf(exported.name.replace(MAKES, '')), params: shapes.params(signature), ...made });
    }
  }
  return found;
}

/** What a maker gives: a text, or an object with a text for a token in it. */
function madeBy(ts, checker, signature) {
  const returns = signature.getReturnType();
  const inner = checker.getPromisedTypeOfPromise?.(returns);
  const type = inner ?? returns;
  const isAsync = inner !== undefined;
  if (type.flags & ts.TypeFlags.String) return { isAsync };
  const token = type.getProperties().find((each) => /^(access_?)?(token|jwt)$/i.test(each.name));
  return token && !(type.flags & ts.TypeFlags.StringLike) ? { isAsync, picks: token.name } : undefined;
}

/** The words of a name, in lower case: `hashPassword` has hash and password. */
function wordsOf(name) {
  return name.replace(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase().split(/[^a-z\d]+/).filter(Boolean);
}

module.exports = { makersIn, wordsOf };
