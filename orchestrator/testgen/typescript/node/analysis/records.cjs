'use strict';
/**
 * Fields of classes that only hold data, such as entities of a database: made with `new` alone, nothing would stand in them.
 */
const MOST = 8;

/** The fields that whoever makes an object of a class fills afterwards, of these the ones that are read; undefined for classes that fill themselves. */
function fieldsOf(shapes, symbol, made) {
  const { ts, checker, uses } = shapes;
  const type = checker.getDeclaredTypeOfSymbol(symbol);
  const isOpen = made.getParameters().length === 0 && !symbol.declarations.some((each) => each.members?.some(ts.isConstructorDeclaration));
  if (!isOpen || !uses || isError(checker, type)) return undefined;
  const fields = type.getProperties().filter((each) => isEmptyField(shapes, each));
  const read = fields.filter((each) => uses.has(each));
  const chosen = read.length > 0 ? read : fields.filter((each) => !(each.flags & ts.SymbolFlags.Optional));
  return chosen.slice(0, MOST).map((each) => shapes.property(each));
}

/** A field that anyone may set, and nobody has. */
function isEmptyField(shapes, symbol) {
  const { ts } = shapes;
  const place = symbol.valueDeclaration;
  if (!place || !ts.isPropertyDeclaration(place) || place.initializer || shapes.isHidden(symbol) || shapes.isForeign({ declarations: [place], flags: 0 })) return false;
  return !(ts.getCombinedModifierFlags(place) & (ts.ModifierFlags.Readonly | ts.ModifierFlags.Abstract));
}

function isError(checker, type) {
  return (checker.getBaseTypes(type) ?? []).some((each) => /Error$|Exception$/.test(each.symbol?.name ?? '') || isError(checker, each));
}

module.exports = { fieldsOf };
