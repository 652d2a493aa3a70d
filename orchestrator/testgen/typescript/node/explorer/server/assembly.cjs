'use strict';
/**
 * Builds the server in which a module is tried: as the project builds it, or a plain one with the project's error
 * handling, or a plain one. Every server that is made tells its routes and the errors of its requests.
 */
const { namePlugins, watchingFastify } = require('../../plugins.cjs');
const { Scene } = require('../scene.cjs');
const { LAZY } = require('../world.cjs');
const { HASHING, cheap } = require('./hashing.cjs');
const { KEEPING } = require('./kept-servers.cjs');
const { RequestWriter } = require('./request-writer.cjs');
const { setupOf } = require('./setup.cjs');
const { failsAlways, waysOf, within } = require('./ways.cjs');

const MOST_USES = 200; // requests that one server answers: what it remembers of them must not grow
const MOST_COUNTED = 25; // of those that count requests
const COUNTING = /rate-?limit|throttl|slow-?down/;
const MOST_OTHERS = 8; // routes of other modules that an application is asked for
const HIDDEN = /^\/(docs|documentation|swagger|static|assets)\b/; // pages that packages make
const USUAL = ['content-type', 'content-length', 'date', 'connection', 'keep-alive'];

class Assembly {
  constructor(world, api, state) {
    Object.assign(this, { world, api, state });
    this.plan = world.plan;
    this.server = world.plan.server;
    this.routes = []; // of the server that was made last: {method, url, schema, line, isOurs}
    this.making = new Set(); // mutants that making a server reaches
    this.mutated = new Map(); // servers that were made with one, by mutant and arguments
    this.request = undefined; // the request that is being answered
    this.error = undefined; // what the last request threw
    this.mostUses = this.server.externals.some((each) => COUNTING.test(each)) ? MOST_COUNTED : MOST_USES;
    this.mockPackages();
  }

  /** The package that servers are made of. */
  get package() {
    return 'fastify';
  }

  /** What writes requests to such a server. */
  get Writer() {
    return RequestWriter;
  }

  setupOf(subject, writer, item) {
    return setupOf(subject, writer, item);
  }

  ways(subject) {
    return waysOf(this, subject);
  }

  /** Headers that say nothing of a route. */
  get usual() {
    return USUAL;
  }

  /** Keep packages loaded when modules are loaded anew, watch the servers that are made, and make hashes cheap. */
  mockPackages() {
    const real = this.api.core;
    this.framework = find(() => real(this.package));
    const kept = (this.packages = new Map());
    for (const spec of this.server.externals) {
      if (spec === this.package) this.api.mock(spec, () => this.watched());
      else if (HASHING.test(spec)) this.mockHashing(spec, find(() => real(spec)));
      else if (this.api.actual && !LAZY.test(spec)) this.api.mock(spec, () => kept.get(spec) ?? kept.set(spec, this.api.actual(spec)).get(spec));
    }
  }

  mockHashing(spec, actual) {
    if (actual) this.api.mock(spec, () => cheap(actual));
  }

  /** The package with its servers watched; Vitest takes no function for a module. */
  watched() {
    const all = watchingFastify(this.framework, (app) => this.watch(app));
    return this.api.isVitest ? { ...all } : all;
  }

  watch(app) {
    namePlugins(app);
    app.addHook('onRoute', (route) => this.note(route));
    app.addHook('onRequest', (request, reply, done) => { this.meet(request); done(); });
    app.addHook('onError', (request, reply, error, done) => { this.error = error; done(); });
    return app;
  }

  /** Remember the request that is being answered, and tell which headers are read of it. */
  meet(request) {
    this.request = request;
    const tell = this.readHeader;
    if (!tell) return;
    request.raw.headers = new Proxy(request.raw.headers, {
      get(headers, name) {
        if (typeof name === 'string') tell(name.toLowerCase());
        return headers[name];
      },
    });
  }

  note(route) {
    if (!this.isChoosing) return;
    const line = [...this.state.hits].map((goal) => this.plan.goals[goal]).filter((each) => each?.kind === 'statement').at(-1)?.line ?? 0;
    const isOurs = this.isOurs(new Error().stack);
    for (const method of [].concat(route.method)) {
      if (method !== 'HEAD' && method !== 'OPTIONS') this.routes.push({ method, url: route.url, schema: route.schema, handler: route.handler, line, isOurs });
    }
  }

  /** Say whether the module makes a call: one that exports or starts an application loads all others on its behalf. */
  isOurs(stack) {
    const { subjects, absolute, path, root } = this.plan;
    const isWhole = subjects.some((each) => each.value === 'app');
    const place = isWhole ? stack.split('\n').find((each) => each.includes(root) && !each.includes('/node_modules/')) ?? '' : stack;
    return place.includes(absolute) || place.includes(path);
  }

  /** The routes of an application as a whole: those that other modules put there are asked for one answer of each sort. */
  withOthers(routes) {
    const own = routes.filter((each) => each.isOurs);
    const others = routes.filter((each) => !each.isOurs && !HIDDEN.test(each.url)).slice(0, MOST_OTHERS);
    return [...own, ...others.map((each) => ({ ...each, isOurs: true, isOfOthers: true }))];
  }

  /** Return a plain server without a log, or with one that goes to `lines`. */
  plain(lines) {
    const logging = lines && { disableRequestLogging: true, logger: { level: 'trace', stream: this.world.helper.logTo(lines) } };
    return this.watch((this.framework.default ?? this.framework)(logging));
  }

  /** Choose the way in which servers are made for a function that registers routes: the first that works. */
  async choose(subject) {
    if (!this.framework) return undefined;
    this.isChoosing = true; // looking where a call comes from takes long
    try {
      return await this.chosen(subject);
    } finally {
      this.isChoosing = false;
    }
  }

  async chosen(subject) {
    let poor; // a way in which everything fails, for want of a better one
    for (const way of this.ways(subject)) {
      const app = await this.tried(way);
      if (app === undefined) continue;
      const own = this.routes.filter((each) => this.belongs(each, subject, way));
      const nothing = await app.inject({ method: 'GET', url: '/nothing/is/here' });
      const isPoor = way.kind === 'instance' && own.length > 0 && (await failsAlways(app, own));
      await app.close();
      const found = { way, routes: own, usualHeaders: new Set(own.length > 0 ? [...this.usual, ...USUAL, ...Object.keys(nothing.headers)] : USUAL) };
      if (own.length > 0 && !isPoor) return this.settledOn(found);
      if (way.kind === 'instance') await this.world.reload(-1); // what it began when it was imported is none of the others' business
      if (isPoor) poor ??= found;
      else if (way.isLast && !poor) return found;
    }
    return poor;
  }

  settledOn(found) {
    if (found.way.builder) this.builder = found.way.builder;
    return found;
  }

  /** The routes that a subject registers; those that it answers, where it is what a route is given. */
  belongs(route, subject, way) {
    if (subject.kind === 'routes') return route.isOurs;
    return ['builder', 'instance'].includes(way.kind) && route.handler === this.world.offered(subject);
  }

  /** What a builder is called with: what it has to have, and no log. */
  argumentsOf({ params }) {
    const { values } = this.world;
    const nodes = params.map((each) => {
      const shape = this.plan.types[each.shape.n] ?? each.shape;
      const logger = shape.props?.find((one) => one.name === 'logger' && one.shape.k !== 'client');
      if (each.optional && logger) return { t: 'object', props: [['logger', { t: 'value', v: false }]] };
      return each.optional ? undefined : values.of(each.shape, each.name)[0];
    });
    const end = nodes.findIndex((each) => each === undefined);
    return end < 0 ? nodes : nodes.slice(0, end);
  }

  /** Choose for a function that answers requests, where the project's server has a route for it. */
  async chooseFor(handler) {
    if (!this.framework || this.server.builders.length + this.server.instances.length === 0) return undefined;
    const found = await this.choose(handler);
    return found?.routes.length > 0 ? found : undefined;
  }

  naturalArguments(subject) {
    return (subject?.params ?? []).filter((each) => !each.optional).map((each) => this.world.values.of(each.shape, each.name)[0]);
  }

  async tried(way) {
    try {
      const scene = new Scene(this.world, () => ({ t: 'value', v: undefined }));
      scene.close();
      const app = await within(this.made(way, { scene, args: this.naturalArguments(way.subject) }), 5000);
      return app;
    } catch {
      return undefined;
    }
  }

  /** Make a server; `args` are nodes for what the registering function takes besides the server. */
  async made(way, { scene, args }) {
    this.routes = [];
    if (way.make) return way.make(scene, args);
    if (way.kind === 'instance') return this.imported(way.instance);
    if (way.kind === 'builder') {
      const build = (await this.world.fetch(way.builder.file))[way.builder.name];
      const app = await build(...way.args.map((each) => this.world.make(each, scene)));
      await app.ready();
      return app;
    }
    const app = this.plain();
    for (const each of way.steps ?? []) await this.equip(app, each, scene);
    await this.register(app, way.subject, args.map((each) => this.world.make(each, scene)));
    await app.ready();
    return app;
  }

  /** The server that a module exports: a fresh one each time that modules are loaded anew. */
  async imported({ file, name }) {
    this.closePorts();
    if (!(await this.world.reload(this.state.active))) throw this.world.problem;
    const app = (await this.world.fetch(file))[name];
    await app.ready();
    if (this.isChoosing && this.isWhole({ file, name })) this.routes = this.withOthers(this.routes);
    return app;
  }

  /** Say whether an export is the application that is tried as a whole. */
  isWhole({ file, name }) {
    return file === this.plan.path && this.plan.subjects.some((each) => each.value === 'app' && each.export === name);
  }

  closePorts() {
    if (this.arePortsClosed) return;
    this.arePortsClosed = true;
    this.world.helper.keepPortsClosed();
    const { prototype } = this.api.core('net').Server;
    const { listen } = prototype;
    const note = () => { this.listens = true; };
    prototype.listen = function noted(...given) { note(); return listen.apply(this, given); };
  }

  /** Give a server what the project gives its own: see `ways.cjs`. */
  async equip(app, step, scene) {
    const given = step.package ? this.packages.get(step.package)?.[step.name] ?? this.api.core(step.package)[step.name] : (await this.world.fetch(step.file))[step.name];
    if (step.method) return app[step.method](given);
    const args = step.args.map((each) => this.world.make(each, scene));
    step.isRegistered = Boolean(given[Symbol.for('skip-override')]);
    return step.isRegistered ? app.register(given, ...args) : given(app, ...args);
  }

  /** Register what a subject registers; `given` is what it takes besides the server. */
  async register(app, subject, given) {
    const register = this.world.offered(subject);
    if (subject.isClass) {
      const made = new register(...given.slice(0, subject.place), app, ...given.slice(subject.place));
      return subject.routesMember && made[subject.routesMember]();
    }
    return subject.isPlugin ? void app.register(register, ...given) : register(app, ...given);
  }
}

Object.assign(Assembly.prototype, KEEPING);

function find(load) {
  try {
    return load();
  } catch {
    return undefined;
  }
}

module.exports = { Assembly };
