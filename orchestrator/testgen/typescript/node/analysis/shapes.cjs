'use strict';
/**
 * Turns types into shapes: plain JSON that says which values fit.
 *
 * Named object types stand in a table and are referred to by number, so that recursive types end. What a test cannot
 * make out of literals becomes `client` (something of a package that has to be doubled), `stub` (an interface with
 * methods) or `instance` (a class that can be constructed).
 */
const { exportedWhole, exportsOf } = require('./exported.cjs');
const { doubleOf, isStore, partOf } = require('./parts.cjs');
const { fieldsOf } = require('./records.cjs');
const { shapeByReads } = require('./reads.cjs');

const LONGEST_UNION = 24;
const MOST_PROPERTIES = 40;
const GRAPHQL = { DocumentNode: 'document', SelectionSetNode: 'selectionSet', ValueNode: 'valueNode' };
const DEEPEST = 24; // generic types and functions that return functions of their own kind have no end
const MOST_IN_ITSELF = 2; // a generic type made of itself is another one each time: a stream of streams of streams
const MOST_OBJECTS = 3000; // in the table: whatever needs more has no end that helps anybody

class Shapes {
  /** `relative` makes a path of the project out of an absolute one. */
  constructor(ts, checker, place, relative) {
    this.ts = ts;
    this.checker = checker;
    this.place = place; // a node from which types are looked at
    this.relative = relative;
    this.companions = new Set(); // files of the project that inputs are imported from
    this.table = [];
    this.numbers = new Map();
    this.open = new Map(); // symbol -> how many of its types are being described
    this.depth = 0;
    this.uses = undefined; // what is looked at of what is given, once it is known
    this.within = 0; // how deep in something of which only a part is made
  }

  of(type, name = '') {
    if (this.depth >= DEEPEST) return { k: 'any' };
    this.depth += 1;
    try {
      return this.shape(type, name);
    } finally {
      this.depth -= 1;
    }
  }

  shape(type, name) {
    const { ts, checker } = this;
    const flags = ts.TypeFlags;
    if (type.isUnion()) return this.union(type, name);
    const literal = this.literal(type);
    if (literal) return literal;
    if (type.flags & flags.TemplateLiteral) return this.template(type);
    if (type.flags & flags.String || type.flags & flags.StringMapping) return { k: 'string' };
    if (type.flags & flags.Number) return { k: 'number' };
    if (type.flags & flags.Boolean) return { k: 'boolean' };
    if (type.flags & flags.BigInt) return { k: 'bigint' };
    if (type.flags & flags.Null) return { k: 'null' };
    if (type.flags & (flags.Undefined | flags.Void | flags.Never)) return { k: 'undefined' };
    if (type.flags & (flags.ESSymbol | flags.UniqueESSymbol)) return { k: 'symbol' };
    if (type.flags & (flags.Any | flags.Unknown)) return { k: 'any' };
    if (type.flags & flags.NonPrimitive) return { k: 'record', of: { k: 'any' } };
    if (type.flags & (flags.TypeParameter | flags.Index | flags.IndexedAccess | flags.Conditional | flags.Substitution)) {
      const base = checker.getBaseConstraintOfType(type);
      return base && base !== type ? this.of(base, name) : { k: 'any', generic: true };
    }
    if (type.isIntersection()) {
      const primitive = type.types.find((each) => each.flags & (flags.String | flags.Number)); // a branded value
      if (primitive) return this.of(primitive, name);
    }
    return this.structure(type, name);
  }

  union(type, name) {
    const of = [];
    for (const part of type.types.slice(0, LONGEST_UNION)) {
      const shape = this.of(part, name);
      if (!of.some((each) => JSON.stringify(each) === JSON.stringify(shape))) of.push(shape);
    }
    const truths = of.filter((each) => each.k === 'literal' && typeof each.v === 'boolean');
    const others = of.filter((each) => !truths.includes(each));
    if (truths.length === 2) others.push({ k: 'boolean' });
    else others.push(...truths);
    return others.length === 1 ? others[0] : { k: 'union', of: others };
  }

  literal(type) {
    const { ts, checker } = this;
    if (type.flags & ts.TypeFlags.EnumLiteral && type.symbol && type.value !== undefined) {
      const owner = checker.getSymbolAtLocation(type.symbol.valueDeclaration.parent.name);
      const from = this.exportOf(owner);
      if (from) this.companions.add(from.file);
      return { k: 'literal', v: type.value, code: from && `${owner.name}.${type.symbol.name}`, from };
    }
    if (type.flags & (ts.TypeFlags.StringLiteral | ts.TypeFlags.NumberLiteral)) return { k: 'literal', v: type.value };
    if (type.flags & ts.TypeFlags.BooleanLiteral) return { k: 'literal', v: checker.typeToString(type) === 'true' };
    return undefined;
  }

  template(type) {
    const parts = [type.texts[0]];
    type.types.forEach((each, index) => parts.push(this.of(each), type.texts[index + 1]));
    return { k: 'template', parts };
  }

  structure(type, name) {
    const { checker } = this;
    const symbol = type.symbol ?? type.aliasSymbol;
    const called = symbol?.name ?? '';
    const inner = () => this.of(checker.getTypeArguments(type)[0] ?? checker.getAnyType(), name);
    if (checker.isArrayType(type) || ['ReadonlyArray', 'Iterable', 'ArrayLike', 'IterableIterator'].includes(called)) {
      return { k: 'array', of: this.of(checker.getTypeArguments(type)[0], name.replace(/s$/, '')) };
    }
    if (checker.isTupleType(type)) return { k: 'tuple', of: checker.getTypeArguments(type).map((each) => this.of(each, name)) };
    if (this.isBuiltIn(symbol)) {
      if (['Promise', 'PromiseLike'].includes(called)) return { k: 'promise', of: inner() };
      if (['Map', 'ReadonlyMap', 'WeakMap'].includes(called)) {
        return { k: 'map', key: inner(), of: this.of(checker.getTypeArguments(type)[1], name) };
      }
      if (['Set', 'ReadonlySet'].includes(called)) return { k: 'set', of: inner() };
      if (['Date', 'RegExp', 'Error', 'URL', 'Buffer', 'Uint8Array', 'Function'].includes(called)) return { k: called };
    }
    if (this.isForeign(symbol) && called in GRAPHQL && /\/node_modules\/graphql\//.test(this.fileOf(symbol))) return { k: GRAPHQL[called] };
    if (/^ObjectI[dD]$/.test(called) && this.isForeign(symbol)) return { k: 'objectId' };
    if (called === 'Response' && /\/typescript\/lib\/lib\.|\/@types\/node\/|\/undici-types\//.test(this.fileOf(symbol))) return { k: 'Response' };
    const signature = type.getCallSignatures().at(-1);
    const isPlainFunction = signature && !this.isForeign(symbol);
    if (isPlainFunction) return this.callable(signature);
    if (called === 'NextFunction' && signature) return { k: 'method', fluent: false, takes: 1, returns: { k: 'undefined' } };
    return this.object(type, symbol, name);
  }

  callable(signature) {
    const [first] = signature.getParameters();
    const taken = first && this.checker.getTypeOfSymbolAtLocation(first, first.valueDeclaration ?? this.place);
    if (taken?.symbol?.name === 'FastifyRequest') return { k: 'hook' };
    return { k: 'function', takes: signature.getParameters().length, returns: this.answerOf(signature) };
  }

  /** What a function gives; where its type says nothing, what is read of it. */
  answerOf(signature) {
    const returns = this.of(signature.getReturnType());
    const isPromise = returns.k === 'promise';
    const read = (isPromise ? returns.of : returns).k === 'any' ? this.uses?.answered.shapeOf(signature.declaration) : undefined;
    return read ? (isPromise ? { k: 'promise', of: read } : read) : returns;
  }

  object(type, symbol, name) {
    const key = `${type.id ?? type}${this.within > 0 ? ' in part' : ''}`;
    if (this.numbers.has(key)) return { k: 'ref', n: this.numbers.get(key) };
    const made = type.aliasSymbol ?? symbol;
    const within = this.open.get(made) ?? 0;
    const number = this.table.length;
    if (within > MOST_IN_ITSELF || number >= MOST_OBJECTS) return { k: 'any' };
    this.numbers.set(key, number);
    this.table.push(null);
    this.open.set(made, within + 1);
    this.table[number] = this.described(type, symbol, name);
    this.open.set(made, within);
    return { k: 'ref', n: number };
  }

  described(type, symbol, name) {
    const { checker } = this;
    const properties = type.getProperties().filter((each) => !each.name.startsWith('__@') && !this.isHidden(each));
    const called = type.aliasSymbol?.name ?? symbol?.name ?? name;
    const typeFrom = this.exportOf(type.aliasSymbol ?? symbol);
    const part = partOf(this, type, type.aliasSymbol ?? symbol, properties);
    if (part) return part;
    if (!this.isForeign(symbol) && !this.isClass(symbol) && isStore(this, properties)) return { k: 'client', name: called, type: this.importOf(type.aliasSymbol ?? symbol) };
    if (this.isForeign(symbol) && (properties.length > 12 || type.getCallSignatures().length > 0)) {
      return { k: 'client', name: called, type: this.importOf(symbol) };
    }
    const index = type.getStringIndexType();
    if (properties.length === 0) return index ? { k: 'record', of: this.of(index, name) } : { k: 'object', name: called, props: [] };
    if (this.isClass(symbol) && !this.isForeign(symbol)) return this.instance(symbol, called);
    const props = properties.slice(0, MOST_PROPERTIES).map((each) => this.property(each));
    const methods = props.filter((each) => each.shape.k === 'function');
    const kind = methods.length > 0 && methods.length * 2 >= props.length ? 'stub' : 'object';
    return { k: kind, name: called, from: typeFrom, props, index: index ? this.of(index, name) : undefined };
  }

  property(symbol) {
    const place = symbol.valueDeclaration ?? symbol.declarations?.[0] ?? this.place;
    const type = this.checker.getTypeOfSymbolAtLocation(symbol, place);
    return {
      name: symbol.name,
      optional: Boolean(symbol.flags & this.ts.SymbolFlags.Optional),
      shape: this.of(type, symbol.name),
      ...(this.uses?.has(symbol) && { isAsked: true }),
    };
  }

  instance(symbol, name) {
    const type = this.checker.getTypeOfSymbolAtLocation(symbol, symbol.valueDeclaration);
    const [made] = type.getConstructSignatures();
    const from = this.exportOf(symbol);
    const isAbstract = this.ts.getCombinedModifierFlags(symbol.valueDeclaration) & this.ts.ModifierFlags.Abstract;
    if (!made || !from || isAbstract) return { k: 'client', name, type: this.importOf(symbol) };
    this.companions.add(from.file);
    const own = symbol.valueDeclaration.name?.text ?? name; // the symbol of a default export is called 'default'
    return { k: 'instance', name: own, from, params: this.params(made), double: doubleOf(this, symbol, made), fields: fieldsOf(this, symbol, made) };
  }

  params(signature) {
    return signature.getParameters().map((each) => {
      const place = each.valueDeclaration ?? this.place;
      const isParameter = each.valueDeclaration && this.ts.isParameter(each.valueDeclaration);
      const rest = Boolean(isParameter && each.valueDeclaration.dotDotDotToken);
      const type = this.checker.getTypeOfSymbolAtLocation(each, place);
      const name = /^[A-Za-z_$][\w$]*$/.test(each.name) && !each.name.startsWith('__') ? each.name : 'input';
      const shape = this.looked(this.of(type, name), isParameter ? each.valueDeclaration.name : undefined);
      const hasDefault = Boolean(isParameter && each.valueDeclaration.initializer);
      const optional = Boolean(isParameter && (each.valueDeclaration.questionToken || hasDefault));
      return { name, optional, hasDefault, rest, shape: rest && shape.k === 'array' ? shape.of : shape };
    });
  }

  /** A shape that says nothing, with what is read of the parameter or variable that a name declares. */
  looked(shape, name) {
    if (shape.k !== 'any' || shape.generic || !name || name.getSourceFile().isDeclarationFile) return shape;
    const { ts, checker } = this;
    const read = shapeByReads({ ts, checker, shapes: this }, name);
    return read ? { k: 'union', of: [read, shape] } : shape;
  }

  isHidden(symbol) {
    const place = symbol.valueDeclaration ?? symbol.declarations?.[0];
    const { ModifierFlags } = this.ts;
    const hidden = ModifierFlags.Private | ModifierFlags.Protected;
    return symbol.name.startsWith('#') || Boolean(place && this.ts.getCombinedModifierFlags(place) & hidden);
  }

  isClass(symbol) {
    return Boolean(symbol && symbol.flags & this.ts.SymbolFlags.Class);
  }

  fileOf(symbol) {
    return symbol?.declarations?.[0]?.getSourceFile().fileName ?? '';
  }

  isBuiltIn(symbol) {
    return /\/typescript\/lib\/lib\.|\/@types\/node\//.test(this.fileOf(symbol));
  }

  isForeign(symbol) {
    return /\/node_modules\//.test(this.fileOf(symbol)) && !(symbol.flags & this.ts.SymbolFlags.TypeLiteral);
  }

  /** How the module under test imports a type by name; a test can do the same. */
  importOf(symbol) {
    if (symbol.declarations?.some((each) => each.typeParameters?.some((one) => !one.default))) return undefined; // it cannot stand alone
    for (const statement of this.place.getSourceFile().statements) {
      const bindings = this.ts.isImportDeclaration(statement) && statement.importClause?.namedBindings;
      if (!bindings || !this.ts.isNamedImports(bindings)) continue;
      for (const each of bindings.elements) {
        const imported = this.checker.getSymbolAtLocation(each.name);
        if (!imported || this.target(imported) !== symbol) continue;
        const spec = statement.moduleSpecifier.text;
        return { name: (each.propertyName ?? each.name).text, ...(spec.startsWith('.') ? { relative: spec, of: this.relative(this.place.getSourceFile().fileName) } : { package: spec }) };
      }
    }
    return undefined;
  }

  /** Where a test can import a name from: the file that declares it, when it exports it. */
  exportOf(symbol) {
    const declaration = symbol?.declarations?.[0];
    if (!declaration || this.isForeign(symbol)) return undefined;
    const file = declaration.getSourceFile();
    const found = exportsOf(this.checker, file).find((each) => this.target(each) === symbol);
    const name = found?.name ?? (exportedWhole(this.checker, file) === symbol ? 'default' : undefined);
    return name && { file: this.relative(file.fileName), name };
  }

  target(symbol) {
    return symbol.flags & this.ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol;
  }
}

module.exports = { Shapes };
