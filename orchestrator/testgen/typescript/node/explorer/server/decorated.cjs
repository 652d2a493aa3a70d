'use strict';
/** What a plugin puts on the server: functions for routes to stand behind, e.g. `app.authenticate`, are tried before a route of ours. */
const { make } = require('../nodes.cjs');
const { titleOf } = require('./probes.cjs');
const { RouteSubject } = require('./route-subject.cjs');
const { DOCUMENT, decoratorsProposal } = require('./route-writer.cjs');

const USUAL = new Set(['content-type', 'content-length', 'date', 'connection', 'keep-alive']);
const OWN = new Set(['body', 'params', 'query', 'raw', 'log', 'id', 'server']); // what every request has
const MOST = 6;
const MOST_NAMED = 4;

/** Return what registering puts on a server: all names, and of these the functions with a request. */
async function decoratedBy(assembly, origin) {
  const app = assembly.plain();
  const names = [];
  const hooks = [];
  const { decorate } = app;
  app.decorate = function noted(name, value, ...rest) {
    if (typeof name === 'string') names.push(name);
    if (typeof value === 'function' && value.length > 0 && value.length <= 3 && !isOfPackage()) hooks.push(name);
    return decorate.call(this, name, value, ...rest);
  };
  try {
    await assembly.register(app, origin, origin.params.filter((each) => !each.optional).map((each) => make(assembly.world.values.of(each.shape, each.name)[0], {})));
    await app.ready();
    return { hooks: hooks.filter((each) => typeof app[each] === 'function').slice(0, MOST), names: names.filter((each) => app.hasDecorator(each)) };
  } catch {
    return { hooks: [], names: [] };
  } finally {
    await app.close();
  }
}

/** Say whether a package decorates: what it puts there is its own affair, and seldom meant to stand before routes. */
function isOfPackage() {
  const [, , , caller = ''] = new Error().stack.split('\n');
  return caller.includes('node_modules');
}

/** A maker of the subject for one of them, by what lets someone in; what it leaves on the request is shown. */
function decoratedSubject(origin, name, assembly) {
  const way = { kind: 'decorated', origin, name, shown: new Set() };
  way.make = (scene, args) => served(assembly, way, scene, args);
  const route = { method: 'GET', url: '/', line: origin.line };
  return (settings) => {
    const made = new RouteSubject(origin, route, assembly, { env: assembly.world.environment.own, ...settings, way, usualHeaders: USUAL, starts: [] });
    return Object.assign(made, { member: undefined, title: `${titleOf(origin, assembly)}: ${name}`, isProbe: true });
  };
}

/** What a plugin puts on the server, by name: often all that can be seen of one that hands on to a package. */
class DecoratorsSubject extends RouteSubject {
  constructor(origin, names, assembly, settings) {
    super(origin, { method: 'GET', url: '/', line: origin.line }, assembly, settings);
    Object.assign(this, { names: [...new Set(names)].slice(0, MOST_NAMED), member: undefined, isProbe: true, title: titleOf(origin, assembly) });
  }

  *beginnings(cases) {
    yield this.natural(cases);
  }

  async begin(item, scene) {
    const app = await this.assembly.serverFor(this.settings.way, { scene, args: item.args.slice(1), isFresh: scene.isFresh });
    const found = Object.fromEntries(this.names.map((each) => [each, app.hasDecorator(each)]));
    return this.names.includes('swagger') ? { ...found, [DOCUMENT]: app.swagger() } : found;
  }

  outcome() {
    return `${this.title} decorators`;
  }

  propose(item, seen) {
    return seen.kind === 'value' ? decoratorsProposal(this, item, seen) : undefined;
  }
}

function decoratorsSubject(origin, names, assembly) {
  const way = { kind: 'plugin', origin, make: (scene, args) => registered(assembly, origin, scene, args) };
  return new DecoratorsSubject(origin, names, assembly, { env: assembly.world.environment.own, way, usualHeaders: USUAL, starts: [] });
}

async function registered(assembly, origin, scene, args) {
  const app = assembly.plain();
  await assembly.register(app, origin, args.map((each) => make(each, scene)));
  await app.ready();
  return app;
}

async function served(assembly, way, scene, args) {
  const app = assembly.plain();
  let before = {};
  app.addHook('onRequest', async (request) => { before = { ...request }; });
  await assembly.register(app, way.origin, args.map((each) => make(each, scene)));
  await app.after();
  app.get('/', { preHandler: app[way.name] }, async (request) => {
    const left = Object.keys(request).filter((each) => !OWN.has(each) && typeof request[each] !== 'function' && request[each] !== before[each]);
    if (!way.isKnown) for (const each of left) way.shown.add(each);
    return Object.fromEntries([...way.shown].map((each) => [each, request[each] ?? null]));
  });
  await app.ready();
  return app;
}

module.exports = { decoratedBy, decoratedSubject, decoratorsSubject };
