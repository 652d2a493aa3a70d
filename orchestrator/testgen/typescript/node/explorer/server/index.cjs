'use strict';
/** Turns the subjects of a module that need a server into subjects that can be tried: one for each route. */
const { Assembly } = require('./assembly.cjs');
const { ExpressAssembly } = require('./express.cjs');
const { credentialsOf, signedByServer, textMaker } = require('./credentials.cjs');
const { decoratedBy, decoratedSubject, decoratorsSubject } = require('./decorated.cjs');
const { headerNodes } = require('./requests.cjs');
const { calledOrRegistered, hookSubject, pluginSubjects } = require('./probes.cjs');
const { RouteSubject } = require('./route-subject.cjs');
const { StartedAssembly } = require('./started.cjs');

const CREDENTIAL = /token|jwt|auth|session|sid$/i; // cookies that show who asks

/** Begin to watch the servers that the project makes; to be done before its modules are loaded. */
function prepareServer(world, api, state) {
  if (!world.plan.server) return undefined;
  const { server, subjects } = world.plan;
  const isStarted = subjects.some((each) => each.isStarted);
  const Kind = server.framework === 'express' ? ExpressAssembly : isStarted ? StartedAssembly : Assembly;
  return new Kind(world, api, state);
}

/** Return the subjects with those that need a server replaced; `caller` carries out what has to be tried for that. */
async function servedSubjects(subjects, assembly, caller, values) {
  if (!assembly) return subjects;
  const { plan } = assembly;
  const make = textMaker(values, plan.server);
  values.madeFor = (name) => (values.subject?.settings ? make(name) : []);
  const found = [];
  for (const subject of subjects) {
    if (subject.kind === 'routes') found.push(...(await routesOf(subject, assembly, caller, values)));
    else if (subject.kind === 'handler') found.push(...(await handlersOf(subject, assembly, caller, values)));
    else if (subject.kind === 'hook' || subject.kind === 'reader') found.push(...(await hooksOf(subject, assembly, caller, values)));
    else found.push(subject);
  }
  return found;
}

/** A handler is asked through the application that has a route for it, else called itself. */
async function handlersOf(origin, assembly, caller, values) {
  const chosen = await assembly.chooseFor(origin);
  return chosen ? openedRoutes(chosen, { ...origin, params: [] }, assembly, caller, values) : [{ ...origin, kind: 'function' }];
}

async function routesOf(given, assembly, caller, values) {
  const origin = withWhatItTakes(given, assembly.world.offered(given));
  const chosen = await assembly.choose(origin);
  if (!chosen) return [];
  if (chosen.routes.length === 0 && (origin.framework || origin.value === 'app')) return [];
  if (chosen.routes.length === 0) return [...(await decoratedOf(origin, assembly, caller, values)), ...pluginSubjects(origin, assembly, { env: assembly.world.environment.own })];
  return openedRoutes(chosen, origin, assembly, caller, values);
}

/** A plugin that takes nothing besides the server is given nothing, whatever its type allows. */
function withWhatItTakes(origin, exported) {
  return origin.isPlugin && typeof exported === 'function' && exported.length === 1 ? { ...origin, params: [] } : origin;
}

/** The routes as subjects, each with what lets someone in where nobody is let in without a word. */
async function openedRoutes(chosen, origin, assembly, caller, values) {
  const starts = [...new Set(chosen.routes.map((each) => each.line))].sort((a, b) => a - b);
  const settings = { way: chosen.way, credential: undefined, usualHeaders: chosen.usualHeaders, env: assembly.world.environment.own, starts };
  const cases = { values, options: (each) => values.of(each.shape, each.name) };
  const routes = chosen.routes.map((each) => new RouteSubject(origin, each, assembly, settings));
  const known = [];
  const found = [];
  for (const each of routes) {
    const status = await statusOf(each, cases, caller);
    if (each.form.namesToken || isTurnedAway(status)) {
      const same = !each.form.namesToken && await firstThat(known, async (one) => !(await isClosed(new RouteSubject(origin, each.route, assembly, { ...settings, credential: one }), cases, caller)));
      const credential = same || (await findCredential(each, settings, assembly, caller, cases, status === 401));
      if (credential && !same) known.push(credential);
      const made = (one) => new RouteSubject(origin, each.route, assembly, { ...settings, credential: one });
      found.push(made(credential && (await withFittingRole(credential, made, cases, caller))));
    } else found.push(each);
  }
  return found;
}

/** A function that a route of the project's server is given answers there; any other stands before a route of ours. */
async function hooksOf(origin, assembly, caller, values) {
  const chosen = origin.isFactory || origin.kind === 'reader' ? undefined : await assembly.chooseFor(origin);
  return chosen ? openedRoutes(chosen, origin, assembly, caller, values) : [await hookOf(origin, assembly, caller, values)];
}

function hookOf(origin, assembly, caller, values) {
  return openedProbe((settings) => hookSubject(origin, assembly, { env: assembly.world.environment.own, ...settings }), assembly, caller, values);
}

/** What a plugin puts on the server to stand before routes. */
async function decoratedOf(given, assembly, caller, values) {
  const origin = calledOrRegistered(given, assembly);
  const { hooks, names } = await decoratedBy(assembly, origin);
  const found = names.length > 0 ? [decoratorsSubject(origin, names, assembly)] : [];
  for (const name of hooks) {
    const subject = await openedProbe(decoratedSubject(origin, name, assembly), assembly, caller, values);
    subject.settings.way.isKnown = true;
    found.push(subject);
  }
  return found;
}

/** What lets nobody in without a word gets what lets someone in; `made` makes the subject with that. */
async function openedProbe(made, assembly, caller, values) {
  const cases = { values, options: (each) => values.of(each.shape, each.name) };
  const plain = made({});
  const first = await statusOf(plain, cases, caller);
  const isOpen = !isTurnedAway(first);
  if (isOpen && !plain.form.readsToken) return plain;
  let broken; // behind a door that refused, something broke down: the door was passed
  for (const credential of waysIn(assembly, values)) {
    const known = made({ credential: isOpen ? { ...credential, isOptional: true } : credential });
    const status = await statusOf(known, cases, caller);
    if (isOpen || !isTurnedAway(status)) return known;
    if (status === undefined && first === 401) broken ??= known;
  }
  return broken ?? plain;
}

/** The credential with a role in front that is not turned away, if there is one. */
async function withFittingRole(credential, made, cases, caller) {
  for (const node of credential.nodes) {
    const others = credential.nodes.filter((each) => each !== node);
    const ordered = { ...credential, nodes: [node, ...others] };
    const status = await statusOf(made(ordered), cases, caller);
    if (status !== 401 && status !== 403) return ordered;
  }
  return credential;
}

async function firstThat(list, fits) {
  for (const each of list) if (await fits(each)) return each;
  return undefined;
}

/** Find what lets someone in where nobody is let in without a word: what is answered well is better than what is not refused. */
async function findCredential({ origin, route, form }, settings, assembly, caller, cases, isRefused) {
  let found;
  let broken; // behind a door that refused, something broke down: the door was passed
  for (const credential of waysIn(assembly, cases.values, { withRefresh: form.namesToken })) {
    const status = await statusOf(new RouteSubject(origin, route, assembly, { ...settings, credential }), cases, caller);
    if (status === undefined && isRefused) broken ??= credential;
    if (isTurnedAway(status)) continue;
    if (!form.namesToken || status < 300) return credential;
    found ??= credential;
  }
  return found ?? broken;
}

/** Headers that may let someone in: {header, nodes}. */
function* waysIn({ plan: { facts, server }, world }, values, { withRefresh = false } = {}) {
  const all = { strings: [...facts.strings, ...server.facts.strings], reads: [...facts.reads, ...server.facts.reads] };
  for (const node of credentialsOf({ values, server, facts: all, withRefresh })) yield { header: 'authorization', nodes: everyone(node) };
  for (const header of new Set(server.headers)) {
    if (!/token|key|secret/.test(header)) continue;
    for (const node of headerNodes(header, server.facts, world.environment.own)) yield { header, nodes: [node, { t: 'value', v: 'wrong', shape: { k: 'string' } }] };
  }
  const signed = signedByServer(values, all);
  yield { header: 'authorization', nodes: everyone(signed) };
  for (const name of (server.cookies ?? []).filter((each) => CREDENTIAL.test(each))) {
    const made = credentialsOf({ values, server, facts: all, withRefresh: /refresh/i.test(name) });
    for (const node of [...made, signed]) yield { header: 'cookie', nodes: everyone({ ...node, prefix: `${name}=` }, [`${name}=a.b.c`]) };
  }
}

async function isClosed(route, cases, caller) {
  return isTurnedAway(await statusOf(route, cases, caller));
}

function isTurnedAway(status) {
  return status === 401 || status === undefined; // undefined: the call broke down
}

async function statusOf(route, cases, caller) {
  const seen = await caller.call(route.natural(cases));
  return seen.kind === 'value' ? seen.value.props?.find(([key]) => key === 'status')?.[1].v : undefined;
}

/** The credential with each role that its type names, and such as are worth nothing. */
function everyone(credential, worthless = ['Bearer a.b.c', 'Basic YTpi']) {
  const found = [credential];
  const [claims] = credential.of ? [credential.of] : credential.args;
  for (const [index, [key, node]] of (claims?.props ?? []).entries()) {
    const options = node.union?.of?.filter((each) => each.k === 'literal') ?? [];
    for (const option of /role/i.test(key) ? options : []) {
      if (option.v === node.v) continue;
      const props = claims.props.with ? claims.props.with(index, [key, { ...node, v: option.v }]) : claims.props.map((each, at) => (at === index ? [key, { ...node, v: option.v }] : each));
      found.push(credential.of ? { ...credential, of: { ...claims, props } } : { ...credential, args: [{ ...claims, props }, ...credential.args.slice(1)] });
    }
  }
  return [...found, ...worthless.map((v) => ({ t: 'value', v, shape: { k: 'string' } }))];
}

module.exports = { prepareServer, servedSubjects };
