'use strict';
/** What is read of the answer of a function whose type says nothing about it: `const found = store.read(id)`, then `found.name`. */

class Answered {
  constructor(ts, checker) {
    this.ts = ts;
    this.checker = checker;
    this.reads = new Map(); // declaration of a function -> names
  }

  /** Note what a declaration of a variable takes out of a call. */
  note(node) {
    const { ts } = this;
    if (!ts.isVariableDeclaration(node) || !node.initializer) return;
    const call = unwrapped(ts, node.initializer);
    if (!ts.isCallExpression(call)) return;
    const declaration = this.checker.getResolvedSignature(call)?.declaration;
    if (!declaration) return;
    const names = ts.isIdentifier(node.name) ? this.readOf(node) : ts.isObjectBindingPattern(node.name) ? node.name.elements.map((each) => (each.propertyName ?? each.name).getText()) : [];
    if (names.length > 0) this.reads.set(declaration, new Set([...(this.reads.get(declaration) ?? []), ...names]));
  }

  readOf(variable) {
    const { ts, checker } = this;
    const symbol = checker.getSymbolAtLocation(variable.name);
    let owner = variable.parent;
    while (owner && !ts.isFunctionLike(owner) && !ts.isSourceFile(owner)) owner = owner.parent;
    const found = new Set();
    const visit = (node) => {
      const isRead = ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === variable.name.text;
      if (isRead && checker.getSymbolAtLocation(node.expression) === symbol) found.add(node.name.text);
      ts.forEachChild(node, visit);
    };
    visit(owner);
    return [...found];
  }

  /** The shape of the answer of a function, where somebody reads something of it that is not a method of lists or texts. */
  shapeOf(declaration) {
    const names = [...(this.reads.get(declaration) ?? [])].filter((each) => !(each in Array.prototype) && !(each in String.prototype));
    if (names.length === 0) return undefined;
    const props = names.map((name) => ({ name, optional: false, shape: { k: 'any' } }));
    return { k: 'union', of: [{ k: 'object', name: '', loose: true, props }, { k: 'undefined' }] };
  }
}

function unwrapped(ts, node) {
  if (ts.isAwaitExpression(node) || ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return unwrapped(ts, node.expression);
  return node;
}

module.exports = { Answered };
