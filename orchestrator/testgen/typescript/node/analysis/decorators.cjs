'use strict';
/** Recognises decorators of methods, and functions that make one: they are tried on a method of an object. */

/** The subject that such a function is, with what it takes besides and the method that it decorates; undefined for any other. */
function decoratorSubject(checker, shapes, signature) {
  const isFactory = !decorates(checker, shapes, signature);
  const made = isFactory ? signature.getReturnType().getCallSignatures().at(-1) : signature;
  if (isFactory && !(made && decorates(checker, shapes, made))) return undefined;
  const given = isFactory ? shapes.params(signature).map((each) => ({ ...each, optional: false })) : [];
  const method = { name: 'method', optional: false, rest: false, shape: { k: 'function', takes: 0, returns: { k: 'promise', of: { k: 'string' } } } };
  return { kind: 'decorator', isFactory, isAsync: true, params: [...given, method] };
}

/** Say whether a function takes (target, key, descriptor), as the compiler gives them to decorators of methods. */
function decorates(checker, shapes, signature) {
  const params = signature.getParameters();
  const last = params[2] && checker.getTypeOfSymbolAtLocation(params[2], params[2].valueDeclaration ?? shapes.place);
  return params.length === 3 && /^(Typed)?PropertyDescriptor$/.test(last.symbol?.name ?? '');
}

module.exports = { decoratorSubject };
