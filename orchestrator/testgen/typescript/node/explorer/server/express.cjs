'use strict';
/**
 * Tries a module inside an application of Express: the project's own, which a module exports or a function makes, or a
 * plain one with the module's router. An application can be asked any number of times, so none is kept.
 */
const { Assembly } = require('./assembly.cjs');
const { routesBelow, watchExpress } = require('./express-routes.cjs');
const { ExpressWriter } = require('./express-writer.cjs');
const { send } = require('./in-process.cjs');
const { expressSetup } = require('./express-setup.cjs');

const USUAL = ['etag', 'vary', 'x-powered-by', 'transfer-encoding', 'location-base'];
const MOST_BELOW = 8; // routes of a module that only puts other routers together

class ExpressAssembly extends Assembly {
  /** An application that a module exports may be started by that module as well. */
  mockPackages() {
    super.mockPackages();
    const isExported = this.plan.subjects.some((each) => each.value === 'app' && !each.isStarted);
    if (isExported || this.server.instances.length > 0) this.closePorts();
  }

  get package() {
    return 'express';
  }

  get Writer() {
    return ExpressWriter;
  }

  setupOf(subject, writer, item) {
    return expressSetup(subject, writer, item);
  }

  /** The package itself: one that is loaded once, in which routes are watched. */
  watched() {
    if (this.noteOf === undefined) this.watch();
    const { framework } = this;
    return this.api.isVitest || this.api.real ? { ...framework, default: framework.default ?? framework } : framework;
  }

  watch() {
    const express = this.framework.default ?? this.framework;
    this.noteOf = watchExpress(express, { note: () => this.noted(), failed: (error) => { this.error = error; } });
  }

  /** What is known of a route when it is made: whether the module makes it, and where. */
  noted() {
    const { stack } = new Error();
    const line = [...this.state.hits].map((goal) => this.plan.goals[goal]).filter((each) => each?.kind === 'statement').at(-1)?.line ?? 0;
    const isStarted = this.plan.subjects.some((each) => each.isStarted);
    const place = isStarted ? this.nearest(stack) : stack; // all that it imports is loaded on its behalf
    return { line, isOurs: place.includes(this.plan.absolute) || place.includes(`/${this.plan.path}`) };
  }

  /** The line of a stack that tells where the project made the call. */
  nearest(stack) {
    return stack.split('\n').find((each) => each.includes(this.plan.root) && !each.includes('/node_modules/')) ?? '';
  }

  *ways(subject) {
    const { builders, instances } = this.server;
    if (subject.isStarted) return yield { kind: 'bare', subject, isLast: true };
    for (const builder of builders) yield { kind: 'builder', builder, args: this.argumentsOf(builder) };
    for (const instance of instances) yield { kind: 'instance', instance };
    if (subject.kind === 'routes') yield { kind: 'bare', subject, isLast: true };
  }

  belongs(route, subject) {
    return subject.kind === 'routes' ? route.isOurs : route.handlers.includes(this.world.offered(subject));
  }

  async serverFor(way, { scene, args }) {
    const { state } = this;
    this.uses = (this.uses ?? 0) + 1;
    if (state.active < 0 && (scene.isFresh || this.uses % this.mostUses === 0)) {
      await this.world.reload(-1); // what modules remember from the time of their import shows
      Object.assign(state, { hits: new Set(), touched: new Set() });
    }
    scene.close();
    return this.made(way, { scene, args });
  }

  async made(way, { scene, args }) {
    const app = await this.application(way, scene, args);
    if (this.isChoosing) this.routes = this.known(app, way);
    return { inject: (request) => this.sent(app, request), close: async () => undefined };
  }

  async application(way, scene, args) {
    if (way.kind === 'instance') return (await this.world.fetch(way.instance.file))[way.instance.name];
    if (way.kind === 'builder') return (await this.world.fetch(way.builder.file))[way.builder.name](...way.args.map((each) => this.world.make(each, scene)));
    const { subject } = way;
    const given = args.map((each) => this.world.make(each, scene));
    const offered = this.world.offered(subject);
    const made = subject.makes ? await offered(...given) : offered;
    if (subject.value === 'app' || subject.makes === 'app') return made;
    const express = this.framework.default ?? this.framework;
    const app = express();
    app.use(express.json());
    if (subject.registers) await offered(app, ...given);
    else app.use(made);
    app.use(this.world.helper.tellError);
    return app;
  }

  /** The routes of an application with what was noted of them; those of others where the module only puts them together. */
  known(app, way) {
    const { bodies = {} } = this.server;
    const found = routesBelow(app).map(({ route, routers, ...each }) => ({ ...each, routers, ...this.noteOf(route), types: bodies[`${each.method} ${each.path}`] }));
    const { isStarted } = way.subject ?? {};
    if (way.kind !== 'bare' || (found.some((each) => each.isOurs) && !isStarted)) return found;
    const theirs = found.filter((each) => !each.isOurs).slice(0, MOST_BELOW).map((each) => ({ ...each, line: way.subject.line, isOurs: true, isOfOthers: isStarted }));
    return [...found.filter((each) => each.isOurs), ...theirs];
  }

  sent(app, request) {
    return send(this.api.core, app, request, (incoming) => this.meet(Object.assign(incoming, { raw: incoming })));
  }

  get usual() {
    return USUAL;
  }
}

module.exports = { ExpressAssembly };
