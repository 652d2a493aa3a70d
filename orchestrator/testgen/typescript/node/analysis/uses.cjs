'use strict';
/**
 * What a module looks at of the things that it is given: the properties that it and the modules around it read.
 *
 * A request, a server, the settings of an application have hundreds of properties, of which a function reads five. Properties
 * are known by where they are declared, so it makes no difference through which name or type they are read.
 */
const { Answered } = require('./answered.cjs');

class Uses {
  constructor(ts, checker) {
    this.ts = ts;
    this.checker = checker;
    this.inner = new Map(); // declaration of a property -> names that are read of what it holds
    this.answered = new Answered(ts, checker);
    this.types = new Map(); // declaration of a property -> types that were seen where it is read
  }

  /** Note what a file reads. */
  add(file) {
    const { ts } = this;
    const visit = (node) => {
      if (ts.isPropertyAccessExpression(node)) {
        this.note(this.checker.getSymbolAtLocation(node.name), [node]);
        this.noteInner(node.expression, [node.name.text]);
      }
      if (ts.isObjectBindingPattern(node)) this.pattern(node);
      this.answered.note(node);
      ts.forEachChild(node, visit);
    };
    visit(file);
  }

  pattern(node) {
    const { ts, checker } = this;
    const type = checker.getTypeAtLocation(node);
    const read = node.elements.filter((each) => !each.dotDotDotToken).map((each) => each.propertyName ?? each.name);
    this.noteInner(node.parent.initializer, read.filter((each) => ts.isIdentifier(each)).map((each) => each.text));
    for (const element of node.elements) {
      if (element.dotDotDotToken) continue;
      const name = element.propertyName ?? element.name;
      const symbol = ts.isIdentifier(name) ? type.getProperty(name.text) : undefined;
      this.note(symbol, ts.isIdentifier(element.name) ? [element.name, ...this.namesOf(element.name)] : [element.name]);
    }
  }

  /** Note which names are read of what a property holds: `request.params.id`. */
  noteInner(owner, names) {
    if (!owner || !this.ts.isPropertyAccessExpression(owner)) return;
    for (const each of this.checker.getSymbolAtLocation(owner.name)?.declarations ?? []) {
      const known = this.inner.get(each) ?? new Set();
      for (const name of names) known.add(name);
      this.inner.set(each, known);
    }
  }

  /** The names that are read of what a property holds. */
  namesIn(symbol) {
    return [...new Set((symbol.declarations ?? []).flatMap((each) => [...(this.inner.get(each) ?? [])]))];
  }

  /** Where else a name that was taken out of an object stands: it may be cast there. */
  namesOf(name) {
    const { ts, checker } = this;
    const symbol = checker.getSymbolAtLocation(name);
    let owner = name.parent;
    while (owner && !ts.isFunctionLike(owner) && !ts.isSourceFile(owner)) owner = owner.parent;
    const found = [];
    const visit = (node) => {
      if (ts.isIdentifier(node) && node.text === name.text && ts.isAsExpression(node.parent) && checker.getSymbolAtLocation(node) === symbol) found.push(node);
      ts.forEachChild(node, visit);
    };
    visit(owner);
    return found;
  }

  note(symbol, nodes) {
    if (!symbol) return;
    const types = nodes.map((node) => this.typeAt(node)).filter((each) => !this.isVague(each));
    for (const declaration of symbol.declarations ?? []) {
      const known = this.types.get(declaration) ?? [];
      this.types.set(declaration, [...known, ...types]);
    }
  }

  /** The type that an expression has, or is said to have by a cast around it. */
  typeAt(node) {
    let around = node.parent;
    while (this.ts.isParenthesizedExpression(around)) around = around.parent;
    return this.ts.isAsExpression(around) ? this.checker.getTypeFromTypeNode(around.type) : this.checker.getTypeAtLocation(node);
  }

  isVague(type) {
    return Boolean(type.flags & (this.ts.TypeFlags.Any | this.ts.TypeFlags.Unknown));
  }

  /** Say whether someone reads a property. */
  has(symbol) {
    return (symbol.declarations ?? []).some((each) => this.types.has(each));
  }

  /** The type of a property: its own, or where that says nothing the first one that was seen where it is read. */
  typeOf(symbol, own) {
    if (!this.isVague(own)) return own;
    return (symbol.declarations ?? []).flatMap((each) => this.types.get(each) ?? [])[0] ?? own;
  }
}

module.exports = { Uses };
