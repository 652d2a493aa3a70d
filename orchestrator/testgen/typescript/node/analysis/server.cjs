'use strict';
/**
 * Recognises what belongs to a web server: functions that register routes on it, hooks that stand before them, and
 * functions that read a request. None of them can be called with literals; they are tried inside a server.
 */

/** Return the kind of a function with the shapes of what it takes besides; undefined for any other function. */
function serverSubject(checker, shapes, signature) {
  const direct = byParameters(checker, shapes, signature);
  if (direct) return direct;
  const made = signature.getReturnType().getCallSignatures().at(-1);
  const inner = made && byParameters(checker, shapes, made);
  if (!inner || inner.kind === 'reader') return undefined;
  return { ...inner, isFactory: true, params: shapes.params(signature) };
}

function byParameters(checker, shapes, signature) {
  const params = signature.getParameters();
  const names = params.map((each) => nameOf(checker, shapes, each));
  const rest = { params: shapes.params(signature).slice(1) };
  if (names[0] === 'FastifyInstance') return registering(names, rest);
  if (names[0] !== 'FastifyRequest') return undefined;
  const returns = checker.typeToString(signature.getReturnType());
  const isHook = names[1] === 'FastifyReply' || /^(Promise<)?(void|undefined)>?$/.test(returns);
  return isHook ? { kind: 'hook', params: [], callback: names.length > 2 } : { kind: 'reader', params: [], names };
}

/**
 * The methods without arguments of a class that is made with a server: they register routes on it. `place` says which
 * argument the server is; a class without such methods registers when it is made.
 */
function classRoutes(checker, shapes, made, symbol, base) {
  const place = made.getParameters().findIndex((each) => nameOf(checker, shapes, each) === 'FastifyInstance');
  if (place < 0) return [];
  const params = shapes.params(made).filter((_, index) => index !== place);
  const methods = checker.getDeclaredTypeOfSymbol(symbol).getProperties().filter((each) => !shapes.isHidden(each));
  const members = methods.filter((each) => {
    const signature = each.valueDeclaration && checker.getTypeOfSymbolAtLocation(each, each.valueDeclaration).getCallSignatures().at(-1);
    return signature && signature.getParameters().length === 0;
  });
  const routes = (member) => ({ ...base, kind: 'routes', isPlugin: false, isClass: true, routesMember: member?.name, place, params, decorations: [] });
  return members.length > 0 ? members.map(routes) : [routes(undefined)];
}

/** A function that takes (server, options, done) is registered, one that takes (server, settings) is called. */
function registering(names, { params }) {
  const isPlugin = names.length === 1 || names[1] === '' || names[2] === 'done' || /Options$|^Record$|^\{\}$|^Object$/.test(names[1] ?? '');
  const options = params.filter((each, index) => index === 0 && names[1] !== 'FastifyPluginOptions' && names[1] !== 'done');
  return { kind: 'routes', isPlugin, callback: names[2] === 'done' || names[1] === 'done', params: options };
}

function nameOf(checker, shapes, parameter) {
  const place = parameter.valueDeclaration ?? shapes.place;
  const type = checker.getTypeOfSymbolAtLocation(parameter, place);
  const found = type.symbol?.name ?? type.aliasSymbol?.name ?? '';
  if (found === '__type' && type.getCallSignatures().length > 0) return 'done';
  if (/^(done|next)$/.test(parameter.name)) return 'done';
  return found === '__type' ? type.aliasSymbol?.name ?? '{}' : found;
}

/** What the project hangs on requests: properties of FastifyRequest that project files declare. */
function decorations(ts, checker, shapes, signature) {
  const [first] = signature.getParameters();
  if (!first || nameOf(checker, shapes, first) !== 'FastifyRequest') return [];
  const type = checker.getTypeOfSymbolAtLocation(first, first.valueDeclaration ?? shapes.place);
  return type.getProperties()
    .filter((each) => each.declarations?.some((one) => !shapes.isForeign({ declarations: [one] })))
    .map((each) => shapes.property(each));
}

module.exports = { classRoutes, decorations, serverSubject };
