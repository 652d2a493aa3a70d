'use strict';
/** Functions that a plugin puts on the server for routes to stand behind, e.g. `app.authenticate`: each is tried before a route of ours. */
const { make } = require('../nodes.cjs');
const { RouteSubject } = require('./route-subject.cjs');

const USUAL = new Set(['content-type', 'content-length', 'date', 'connection', 'keep-alive']);
const OWN = new Set(['body', 'params', 'query', 'raw', 'log', 'id', 'server']); // what every request has
const MOST = 6;

/** Return the names of the functions with a request that registering puts on a server. */
async function decoratedBy(assembly, origin) {
  const app = assembly.plain();
  const names = [];
  const { decorate } = app;
  app.decorate = function noted(name, value, ...rest) {
    if (typeof value === 'function' && value.length > 0 && value.length <= 3) names.push(name);
    return decorate.call(this, name, value, ...rest);
  };
  try {
    await assembly.register(app, origin, origin.params.filter((each) => !each.optional).map((each) => make(assembly.world.values.of(each.shape, each.name)[0], {})));
    await app.ready();
    return names.filter((each) => typeof app[each] === 'function').slice(0, MOST);
  } catch {
    return [];
  } finally {
    await app.close();
  }
}

/** A maker of the subject for one of them, by what lets someone in; what it leaves on the request is shown. */
function decoratedSubject(origin, name, assembly) {
  const way = { kind: 'decorated', origin, name, shown: new Set() };
  way.make = (scene, args) => served(assembly, way, scene, args);
  const route = { method: 'GET', url: '/', line: origin.line };
  return (settings) => {
    const made = new RouteSubject(origin, route, assembly, { env: process.env, ...settings, way, usualHeaders: USUAL, starts: [] });
    return Object.assign(made, { member: undefined, title: `${origin.export === 'default' && origin.local ? origin.local : origin.export}: ${name}`, isProbe: true });
  };
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

module.exports = { decoratedBy, decoratedSubject };
