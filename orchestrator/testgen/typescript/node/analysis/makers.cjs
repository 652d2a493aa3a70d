'use strict';
/** Functions of a project that make texts out of something: tokens, hashes, signatures. */
const { exportsOf } = require('./exported.cjs');

const MAKES = /^(sign|issue|create|generate|make|hash|encode|encrypt|new|build)(?=[A-Z])/;

const ABOUT_TOKENS = new Set(['token', 'tokens', 'jwt']);

/** Exported functions, and methods of classes that need nothing, that make a text out of something: [{file, name, member, words, params, isAsync, picks}]. */
function makersIn(ts, checker, files, shapes, relative) {
  const found = [];
  const note = (name, signature, more) => {
    const made = MAKES.test(name) && signature ? madeBy(ts, checker, signature) : undefined;
    if (made) found.push({ ...more, words: wordsOf(name.replace(MAKES, '')), params: shapes.params(signature), ...made });
  };
  for (const file of files) {
    for (const exported of exportsOf(checker, file)) {
      const symbol = shapes.target(exported);
      const place = symbol.valueDeclaration;
      if (place?.getSourceFile() !== file) continue;
      const base = { file: relative(file), name: exported.name };
      const type = checker.getTypeOfSymbolAtLocation(symbol, place);
      if (symbol.flags & ts.SymbolFlags.Class) {
        for (const [member, signature] of methodsOf(ts, checker, shapes, type, symbol)) note(member, signature, { ...base, member });
      } else note(exported.name === 'default' ? symbol.name : exported.name, type.getCallSignatures().at(-1), exported.name === 'default' && symbol.name !== 'default' ? { ...base, local: symbol.name } : base);
    }
  }
  return found;
}

/** The methods of a class that can be made without arguments. */
function methodsOf(ts, checker, shapes, type, symbol) {
  const [made] = type.getConstructSignatures();
  if (!made || symbol.name === 'default' || !shapes.params(made).every((each) => each.optional)) return [];
  const members = checker.getDeclaredTypeOfSymbol(symbol).getProperties().filter((each) => each.valueDeclaration && !shapes.isHidden(each));
  return members.map((each) => [each.name, checker.getTypeOfSymbolAtLocation(each, each.valueDeclaration).getCallSignatures().at(-1)]);
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

module.exports = { ABOUT_TOKENS, makersIn, wordsOf };
