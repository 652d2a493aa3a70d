'use strict';
/** The surroundings of one call: doubles with their answers, spies, results of earlier steps. */

const { fitted } = require('./fitting.cjs');
const { isAwaited, settled } = require('./nodes.cjs');
const { goesOn } = require('./passing.cjs');

class Scene {
  /** `world` knows the project's modules and doubles; `answer` gives the node for a place that awaits. */
  constructor(world, answer, { isFresh = true, later = 0 } = {}) {
    this.world = world;
    this.answer = answer;
    this.later = later;
    this.isFresh = isFresh; // no server of an earlier call will do
    this.clients = new Map();
    this.spies = [];
    this.results = [];
    this.isHolding = false; // clocks that are made now go on when all calls before the last one have been made
    this.isLate = false; // they have
    this.answered = []; // the nodes that were given, in order
    this.waiting = []; // places in the source whose double is about to be awaited
    this.visits = new Map();
    this.open();
  }

  /** Let doubled packages answer from here on, as if nothing had been asked before. */
  open() {
    this.isOpen = true;
    for (const node of this.world.packages) this.clients.set(node, this.world.helper.clientOf(node.spec, { shift: (word) => this.next(node, word) }));
  }

  /** Let doubled packages answer nothing: a server is made ready. */
  close() {
    this.isOpen = false;
    for (const node of this.world.packages) this.world.helper.clientOf(node.spec, []);
  }

  /** What an earlier step gave, or a part of it; a case that makes no such step goes astray. */
  given({ step, path }) {
    if (step >= this.results.length) this.isAstray = true;
    return path.reduce((from, key) => from?.[key], this.results[step]);
  }

  client(node) {
    if (!this.clients.has(node)) this.clients.set(node, this.world.double({ shift: () => this.next(node) }));
    return this.clients.get(node);
  }

  /** Called by the instrumented module whenever something is awaited or returned. */
  awaited(site, value) {
    if (this.isOpen && this.world.isDouble(value) && typeof value.then === 'function') this.waiting.push(site);
  }

  /** `word` is the function that answers at once; all others are awaited at a place of the source. */
  next(owner, word) {
    const site = word ?? this.waiting.shift() ?? -1;
    const visit = this.visits.get(site) ?? 0;
    this.visits.set(site, visit + 1);
    const query = this.queryOf(owner);
    const node = fitted(this.answer(`${site}:${visit}`, site), query);
    this.answered.push({ key: `${site}:${visit}`, node, owner, query });
    const value = this.world.make(node, this);
    return isAwaited(node) ? settled(value) : value;
  }

  /** The query that is answered next; undefined where several wait at once. */
  queryOf(owner) {
    const client = this.clients.get(owner);
    if (client === undefined) return undefined;
    const queries = this.world.helper.queriesOf(client);
    const count = this.answered.filter((each) => each.owner === owner).length;
    return queries.length === count + 1 ? queries[count] : undefined;
  }

  /** What a function of the project makes out of the same inputs is made once: hashes and signatures take long. */
  called(node, call) {
    const { made } = this.world;
    const key = `${this.later}|${JSON.stringify([node.from, node.args, node.prefix], (name, each) => (name === 'shape' || name === 'union' ? undefined : each))}`;
    if (!made.has(key)) made.set(key, call());
    return made.get(key);
  }

  callable(node, returned) {
    const spy = { node, calls: [] };
    if (node.spy) this.spies.push(spy);
    const { world } = this;
    if (node.fluent) return function fluent(...args) { spy.calls.push(world.picture(args)); return this; };
    const isHeld = this.isHolding && goesOn(node); // until the calls before have been made
    let count = 0;
    const give = () => {
      if (node.throws) throw new Error('failed');
      count += 1;
      return returned(node.later !== undefined && (isHeld ? this.isLate : count > 1));
    };
    if (node.echo) return node.isAsync ? async (first) => first : (first) => first;
    if (node.isAsync) return async (...args) => { spy.calls.push(this.world.picture(args)); return give(); };
    return (...args) => { spy.calls.push(this.world.picture(args)); return give(); };
  }

  /** Something that is made in part is never looked into: it is the test that made it. */
  stubbed(value, node) {
    if (node.partial) this.world.parts.add(value);
    return value;
  }

  imported(from) {
    return this.world.imported(from);
  }
}

module.exports = { Scene };
