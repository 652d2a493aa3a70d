'use strict';
/** Hooks, functions that read a request, and plugins without routes: they are tried on a server with routes of ours. */
const { isDeepStrictEqual } = require('node:util');
const { literal, make, settled } = require('../nodes.cjs');
const { defaultName } = require('../writer.cjs');
const { injected } = require('./requests.cjs');
const { addedTo, headerWords, logWords } = require('./plugin-words.cjs');
const { partOf } = require('./request-words.cjs');
const { RouteSubject, shown } = require('./route-subject.cjs');

const NOT_FOUND = 404;
const VARYING = Symbol('another one each time');
const USUAL = new Set(['content-type', 'content-length', 'date', 'connection', 'keep-alive']);
const ERRORS = [
  ["new Error('failed')", () => new Error('failed')],
  ["Object.assign(new Error('not allowed'), { statusCode: 403 })", () => Object.assign(new Error('not allowed'), { statusCode: 403 })],
  ["Object.assign(new Error('no answer'), { statusCode: 503 })", () => Object.assign(new Error('no answer'), { statusCode: 503 })],
];

/** A hook or a reader: a server with one route behind it, on whose requests the project's own properties are set. */
function hookSubject(origin, assembly, settings) {
  const given = origin.decorations.map((each) => ({ ...each, isGiven: true, optional: true }));
  const factory = (origin.isFactory ? origin.params : []).map((each) => ({ ...each, optional: false, shape: named(each) }));
  const params = [...factory, ...given];
  const way = { kind: origin.kind, origin, make: (scene, args) => hooked(assembly, origin, scene, args) };
  const route = { method: methodOf(origin), url: '/:id', line: origin.line };
  const subject = new RouteSubject({ ...origin, params }, route, assembly, { ...settings, way, usualHeaders: USUAL, starts: [] });
  return Object.assign(subject, { member: undefined, title: origin.export, isProbe: true });
}

/** What reads a body gets one. */
function methodOf(origin) {
  return origin.readsBody ? 'POST' : 'GET';
}

/** Names of parameters of a path are among the texts that a hook is made with. */
function named({ shape, name }) {
  if (shape.k === 'string') return { k: 'checked', base: 'string', good: ['id', 'other', name], bad: [] };
  return shape;
}

async function hooked(assembly, origin, scene, args) {
  const app = assembly.plain();
  const count = origin.isFactory ? origin.params.length : 0;
  const values = args.map((each) => make(each, scene));
  const given = Object.fromEntries(origin.decorations.map((each, index) => [each.name, values[count + index]]));
  app.addHook('onRequest', async (request) => { Object.assign(request, given); });
  const exported = assembly.world.offered(origin);
  const names = origin.decorations.map((each) => each.name);
  const method = methodOf(origin).toLowerCase();
  if (origin.kind === 'reader') app[method]('/:id', async (request) => ({ result: (await exported(request)) ?? null }));
  else app[method]('/:id', { preHandler: origin.isFactory ? exported(...values.slice(0, count)) : exported }, async (request) => Object.fromEntries(names.map((each) => [each, request[each] ?? null])));
  await app.ready();
  return app;
}

/** What a plugin does to requests; what a server without it answers as well is no sort of answer of its own. */
class PluginSubject extends RouteSubject {
  others = new Map(); // by inputs, in what the answer differs from that of a plain server
  added = new Map(); // by inputs, the headers that such a server does not send
  unreached = new Set(); // inputs of requests that come to no route

  async begin(item, scene) {
    this.settings.way.isReached = false;
    const answer = await this.answer(item, scene);
    const key = keyOf(item);
    if (!this.settings.way.isReached) this.unreached.add(key);
    if (this.assembly.state.active < 0 && !this.others.has(key)) this.compare(key, answer, await this.plainAnswer(item, scene));
    if (this.isUsual(key)) this.noteHeaders(answer);
    return this.route.url === '/' || this.others.get(key) !== 'answer' ? answer : this.withoutUsual(answer);
  }

  /** Say whether this is the natural request to the route that answers. */
  isUsual(key) {
    return this.route.url === '/' && this.assembly.state.active < 0 && Boolean(this.baseArgs) && key === keyOf({ args: this.baseArgs });
  }

  noteHeaders({ headers }) {
    const { usual } = this.settings;
    for (const [name, each] of Object.entries(headers)) usual.set(name, usual.has(name) && usual.get(name) !== each ? VARYING : each);
  }

  /** What is answered without the headers that every answer gets: they are seen at the usual one. */
  withoutUsual({ headers, ...rest }) {
    const { usual } = this.settings;
    return { ...rest, headers: Object.fromEntries(Object.entries(headers).filter(([name, each]) => usual.get(name) !== each && usual.get(name) !== VARYING)) };
  }

  compare(key, answer, plain) {
    this.others.set(key, differenceOf(answer, plain));
    this.added.set(key, addedTo(plain.headers, answer.headers));
  }

  /** What is answered, and what is logged until the server is closed. */
  async answer(item, scene) {
    const { lines } = this.settings.way;
    if (!lines) return super.begin(item, scene);
    try {
      const answer = await super.begin(item, scene);
      await scene.app.close();
      return { ...answer, logged: [...lines] };
    } finally {
      await scene.app?.close();
    }
  }

  /** A server whose log is shown answers one request: others would be in its log as well. */
  serverFor(item, scene) {
    if (!this.settings.way.lines) return super.serverFor(item, scene);
    scene.close();
    return this.assembly.made(this.settings.way, { scene, args: item.args.slice(1) });
  }

  async plainAnswer(item, scene) {
    const { isFailing, lines } = this.settings.way;
    const app = await withRoutes(this.assembly.plain(), isFailing ? make(item.args.at(-1), scene) : undefined);
    try {
      const answer = shown(await app.inject(injected(this.route, await settled(make(item.args[0], scene)))), this.settings.usualHeaders, this.assembly.plan.root);
      return lines ? { ...answer, logged: [] } : answer;
    } finally {
      await app.close();
    }
  }

  outcome(item, seen) {
    const difference = this.others.get(keyOf(item));
    if (difference === 'nothing') return undefined;
    if (this.route.url !== '/' && this.isRefused(item, seen)) return undefined;
    return difference === 'answer' ? super.outcome(item, seen) : `${this.export} ${difference}`;
  }

  /** Say whether a request was refused before it came to its route: it is refused alike on the way to each. */
  isRefused(item, seen) {
    const status = statusIn(seen);
    return this.unreached.has(keyOf(item)) && status >= 400 && status !== NOT_FOUND;
  }

  /** What a test shows where a status would say nothing of the plugin. */
  titleOf(item, seen) {
    const key = keyOf(item);
    const difference = this.others.get(key);
    if (this.unreached.has(key) && difference === 'answer' && statusIn(seen) === NOT_FOUND) return `answers ${NOT_FOUND} for a route that does not exist`;
    if (difference === 'headers') return headerWords(seen, this.added.get(key), this.usuallyAdded(key), partOf(item.args[0], 'headers'));
    return { nothing: 'leaves answers as they are', log: difference === 'log' && logWords(seen) }[difference];
  }

  /** The headers that the natural request is answered with, seen from another one. */
  usuallyAdded(key) {
    const natural = this.baseArgs && keyOf({ args: this.baseArgs });
    return natural === key ? [] : this.added.get(natural) ?? [];
  }
}

function statusIn({ value }) {
  return value?.props?.find(([key]) => key === 'status')?.[1].v;
}

/** Headers that every answer gets, and what is logged of all of them, are seen at one. */
function differenceOf({ headers, logged, ...rest }, { headers: plain, logged: nothing, ...others }) {
  if (!isDeepStrictEqual(rest, others)) return 'answer';
  if (!isDeepStrictEqual(headers, plain)) return 'headers';
  return isDeepStrictEqual(logged, nothing) ? 'nothing' : 'log';
}

function keyOf({ args }) {
  return JSON.stringify(args, (name, each) => (name === 'shape' || name === 'union' ? undefined : each));
}

/** A plugin: a server with it, and with routes that answer and that fail in each way that the project knows. */
function pluginSubjects(given, assembly, settings) {
  const origin = calledOrRegistered(given, assembly);
  const errors = errorNodes(assembly);
  const error = { name: 'error', optional: false, shape: { k: 'nodes', of: errors } };
  const lines = assembly.plan.writesLogs ? [] : undefined;
  const usual = new Map(); // headers of every answer
  const way = (isFailing) => {
    const made = { kind: 'plugin', origin, isFailing, lines, isReached: false };
    return Object.assign(made, { make: (scene, args) => plugged(assembly, origin, scene, args, made) });
  };
  const subject = (url, extra, isFailing) => {
    const route = { method: 'GET', url, line: origin.line };
    const found = new PluginSubject({ ...origin, params: [...origin.params, ...extra] }, route, assembly, { ...settings, way: way(isFailing), usualHeaders: USUAL, usual, starts: [] });
    return Object.assign(found, { isProbe: true, title: `${titleOf(origin, assembly)}: GET ${url}` });
  };
  return [subject('/', [], false), subject('/failing', [error], true), subject('/nothing', [], false)];
}

/** The name by which tests import what a module exports. */
function titleOf(origin, { plan }) {
  return origin.export === 'default' ? defaultName(plan, origin) : origin.export;
}

function calledOrRegistered(given, assembly) {
  return isForOthers(assembly.world.offered(given), given) ? { ...given, isPlugin: false } : given;
}

/** Registered, such a function would work for its own routes only; it is meant to be called with the server. */
function isForOthers(exported, { isPlugin, callback }) {
  return isPlugin && !callback && typeof exported === 'function' && !exported[Symbol.for('skip-override')];
}

async function plugged(assembly, origin, scene, args, way) {
  const { isFailing, lines } = way;
  lines?.splice(0);
  const app = assembly.plain(lines);
  const values = args.map((each) => make(each, scene));
  const error = isFailing ? values.pop() : undefined;
  await assembly.register(app, origin, values);
  await app.after();
  return withRoutes(app, error, () => { way.isReached = true; });
}

async function withRoutes(app, error, reached = () => undefined) {
  app.get('/', async () => { reached(); return { ok: true }; });
  app.get('/failing', async () => { reached(); throw error; });
  await app.ready();
  return app;
}

function errorNodes(assembly) {
  const { server } = assembly.plan;
  const code = ([text, build]) => ({ t: 'code', code: text, make: build });
  const own = server.errors.flatMap((each) => assembly.world.values.of(each).slice(0, 3));
  const zod = server.externals.includes('zod') ? [zodError(assembly)] : [];
  return [...own, ...zod, ...[...ERRORS, ...namedErrors(assembly.plan.facts)].map(code)];
}

/** Errors as the module tells them apart: with a status or a code that it names, or with the objections of a schema. */
function namedErrors({ numbers, strings, reads }) {
  const made = (message, props) => [`Object.assign(new Error(${literal(message)}), ${props.text})`, () => Object.assign(new Error(message), props.value())];
  const statuses = numbers.filter((each) => Number.isInteger(each) && each >= 400 && each < 600 && each !== 403 && each !== 503);
  const codes = strings.filter((each) => /^([A-Z]+(_[A-Z\d]+)+|[A-Z]\d{4}|\d{5})$/.test(each));
  const refusal = (code) => made('body/name must be string', {
    text: `{ statusCode: 400${code}, validation: [{ instancePath: '/name', message: 'must be string' }] }`,
    value: () => ({ statusCode: 400, ...(code && { code: 'FST_ERR_VALIDATION' }), validation: [{ instancePath: '/name', message: 'must be string' }] }),
  });
  return [
    ...(reads.includes('validation') ? [refusal(''), refusal(", code: 'FST_ERR_VALIDATION'")] : []),
    ...(reads.includes('code') ? [made('is there already', { text: "{ statusCode: 409, code: 'E_EXISTS' }", value: () => ({ statusCode: 409, code: 'E_EXISTS' }) })] : []),
    ...statuses.slice(0, 6).map((statusCode) => made('failed', { text: `{ statusCode: ${statusCode} }`, value: () => ({ statusCode }) })),
    ...codes.slice(0, 6).map((code) => made('failed', { text: `{ code: ${literal(code)} }`, value: () => ({ code }) })),
  ];
}

function zodError({ packages, api }) {
  const issue = "[{ code: 'custom', path: ['name'], message: 'is missing' }]";
  const make = () => new (packages.get('zod') ?? api.core('zod')).ZodError([{ code: 'custom', path: ['name'], message: 'is missing' }]);
  return { t: 'code', code: `new ZodError(${issue})`, make, from: { package: 'zod', name: 'ZodError', as: 'ZodError' } };
}

module.exports = { calledOrRegistered, hookSubject, pluginSubjects, titleOf };
