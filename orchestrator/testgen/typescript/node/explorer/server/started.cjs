'use strict';
/**
 * Tries an application of Fastify that a module starts when it is imported and keeps to itself: its tests take what answers
 * requests from the server that it starts, and ask that as they ask any function that answers HTTP.
 */
const { Assembly } = require('./assembly.cjs');
const { expressSetup } = require('./express-setup.cjs');
const { ExpressWriter } = require('./express-writer.cjs');
const { send } = require('./in-process.cjs');

const USUAL = ['transfer-encoding', 'vary'];

class StartedAssembly extends Assembly {
  get Writer() {
    return ExpressWriter;
  }

  get usual() {
    return USUAL;
  }

  setupOf(subject, writer, item) {
    return expressSetup(subject, writer, item);
  }

  *ways(subject) {
    yield { kind: 'bare', subject, isLast: true };
  }

  async serverFor(way, { scene, args }) {
    const { state } = this;
    this.uses = (this.uses ?? 0) + 1;
    if (state.active < 0 && (scene.isFresh || this.uses % this.mostUses === 0)) {
      await this.world.reload(-1);
      Object.assign(state, { hits: new Set(), touched: new Set() });
    }
    scene.close();
    return this.made(way, { scene, args });
  }

  /** What answers requests; routes are told while the module is loaded. */
  async made(way) {
    if (this.isChoosing) {
      this.routes = [];
      if (!(await this.world.reload(-1))) throw this.world.problem;
      this.routes = this.withOthers(this.routes);
    }
    const handler = this.world.offered(way.subject);
    return { inject: (request) => send(this.api.core, handler, request), close: async () => undefined };
  }
}

module.exports = { StartedAssembly };
