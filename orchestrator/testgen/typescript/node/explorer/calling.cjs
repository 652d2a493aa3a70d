'use strict';
/** Carries out one case: makes the inputs, calls the subject, and takes the picture of what came out. */
const { GRAPHQL_CALLS } = require('./graphql.cjs');
const { make } = require('./nodes.cjs');
const { Scene } = require('./scene.cjs');
const { Patience } = require('../patience.cjs');
const { schemaAt } = require('./schemas.cjs');
const { errorPicture, pictureOf } = require('./pictures.cjs');

const MOST_STEPS = 30_000;
const CALLING = [800, 150]; // milliseconds until a promise has to settle, at most and at least
const CLOCK = { set: setTimeout, clear: clearTimeout };

class Caller {
  constructor(world, state, fence) {
    this.world = world;
    this.state = state;
    this.fence = fence;
    this.calls = 0;
    this.waited = 0; // seconds, for calls that did not settle
    this.patiences = new WeakMap(); // of subjects that have none of their own
  }

  /** Return {kind, value, error, calls, spies, args, answered, goals, touched, seen}; `active` is a mutant or -1. */
  async call(item, { active = -1, collect = false, later = 0, tick = 0, isFresh = false } = {}) {
    const { state } = this;
    this.calls += 1;
    this.world.restore();
    const scene = new Scene(this.world, (key, site) => item.answers.get(key) ?? this.world.answerFor(site, item, key), { isFresh, later });
    Object.assign(state, { active, hits: new Set(), touched: new Set(), steps: 0, most: MOST_STEPS, seen: collect ? [] : null });
    state.awaited = (site, value) => scene.awaited(site, value);
    this.fence.begin();
    this.world.environment.begin();
    this.fence.move(later, tick);
    let outcome;
    try {
      outcome = await this.outcome(item, scene, active >= 0);
    } finally {
      Object.assign(state, { active: -1, awaited: null, most: Infinity });
    }
    if (outcome.kind === 'late') this.fence.clear();
    this.world.environment.end();
    const seen = state.seen;
    state.seen = null;
    return { ...outcome, ...this.around(scene, item), goals: state.hits, touched: state.touched, seen, broken: this.fence.end() };
  }

  async outcome(item, scene, isMutated) {
    const inputs = {};
    scene.inputs = inputs;
    const patience = this.patienceOf(item.subject);
    const most = patience.most(isMutated);
    try {
      const begun = this.started(item, scene, inputs);
      const result = isThenable(begun) ? await patience.settled(begun, isMutated, () => TOO_LATE, CLOCK) : begun;
      return scene.isAstray ? { kind: 'astray' } : { kind: 'value', value: this.picture(result) };
    } catch (error) {
      if (error === TOO_LATE) {
        this.waited += most / 1000;
        return { kind: 'late' };
      }
      if (this.isStepLimit(error)) return { kind: 'endless' };
      if (scene.isBefore || scene.isAstray) return { kind: 'astray' };
      return { kind: 'error', error: { ...errorPicture(error, (each) => this.picture(each)), raw: error } };
    }
  }

  patienceOf(subject) {
    if (subject.patience) return subject.patience;
    if (!this.patiences.has(subject)) this.patiences.set(subject, new Patience(...CALLING));
    return this.patiences.get(subject);
  }

  /** Call the subject and return what it returns, a promise or not; what others make asynchronously is waited for. */
  started(item, scene, inputs) {
    const promised = item.args.filter((each) => each.t === 'made' && each.subject.isAsync);
    if (promised.length === 0) return this.begun(item, scene, inputs);
    return Promise.all(promised.map((each) => make(each, scene))).then((made) => {
      const ready = new Map(promised.map((each, index) => [each, { t: 'value', v: made[index] }]));
      return this.begun({ ...item, args: item.args.map((each) => ready.get(each) ?? each) }, scene, inputs);
    });
  }

  begun(item, scene, inputs) {
    const { subject } = item;
    if (subject.begin) return subject.begin(item, scene, inputs);
    const exported = this.world.offered(subject);
    const args = () => {
      scene.isBefore = true; // what goes in may be made by functions of the module: these are not tested here
      inputs.args = item.args.map((each) => make(each, scene));
      scene.isBefore = false;
      return inputs.args;
    };
    if (Object.hasOwn(GRAPHQL_CALLS, subject.kind)) return GRAPHQL_CALLS[subject.kind](this.world, subject, args());
    if (subject.kind === 'constant') return exported;
    if (subject.kind === 'schema') return pickedResult(schemaAt(exported, subject.path).safeParse(...args()));
    if (subject.kind === 'function') return this.stepped(this.world.module(), item, scene, () => exported(...args()));
    if (subject.kind === 'static-method' || subject.kind === 'object-method') return this.stepped(exported, item, scene, () => memberOf(exported, subject.member)(...args()));
    if (subject.kind === 'static-getter' || subject.kind === 'object-getter') return exported[subject.member];
    if (subject.kind === 'decorator') return decorated(exported, args(), subject);
    if (subject.kind === 'curried') return called(exported, args(), subject.taken);
    const Owner = subject.abstract ? class extends exported {} : exported;
    if (subject.kind === 'constructor') return new Owner(...args());
    scene.isHolding = item.steps.length > 0;
    const made = item.ctor.map((each) => make(each, scene));
    scene.isHolding = false;
    const owner = new Owner(...made);
    return this.stepped(owner, item, scene, () => (subject.kind === 'getter' ? owner[subject.member] : owner[subject.member](...args())));
  }

  /** Carry out the steps before the call; synchronously where nothing has to be awaited. */
  stepped(owner, item, scene, last) {
    scene.isBefore = item.steps.length > 0;
    const steps = item.steps.values();
    const go = () => {
      for (const step of steps) {
        const result = owner[step.member](...step.args.map((each) => make(each, scene)));
        if (isThenable(result)) return result.then((value) => { scene.results.push(value); return go(); });
        scene.results.push(result);
      }
      scene.isBefore = false;
      scene.isLate = true;
      return last();
    };
    return go();
  }

  /** What the call did besides returning: queries, calls of spies, changed arguments. */
  around(scene, item) {
    const clients = [...scene.clients].map(([node, client]) => ({
      node, view: this.world.viewOf(client), calls: this.picture(this.world.callsOf(client)),
    }));
    const args = (scene.inputs.args ?? []).map((each) => this.picture(each));
    return { clients, spies: scene.spies, args, answered: scene.answered, leaves: leavesOf(scene.results) };
  }

  picture(value) {
    return pictureOf(value, (each) => this.world.isDouble(each));
  }

  isStepLimit(error) {
    return error instanceof globalThis.__orchestrate.StepLimit;
  }
}

/** What a returned function gives, which takes all arguments but the first. */
function called(made, args, taken) {
  const inner = made(...args.slice(0, taken));
  if (typeof inner !== 'function') throw new TypeError('inner is not a function');
  return inner(...args.slice(taken));
}

/** What a decorated method answers; one that is replaced and not changed cannot be shown. */
function decorated(exported, args, { isFactory }) {
  const method = args.pop();
  const descriptor = { value: method };
  (isFactory ? exported(...args) : exported)({}, 'method', descriptor);
  if (descriptor.value === method) throw new TypeError('descriptor is not a function');
  return descriptor.value();
}

/** A method with what it belongs to; `Query.user` is one level down. */
function memberOf(owner, path) {
  const names = path.split('.');
  const last = names.pop();
  const holder = names.reduce((from, name) => from[name], owner);
  return (...args) => holder[last](...args);
}

/** What a schema says: the data, or where it has which objection. */
function pickedResult(result) {
  return result.success ? { success: true, data: result.data } : { success: false, error: { issues: result.error.issues.map(({ path, message }) => ({ path, message })) } };
}

/** What steps returned, as [step, path, type of the value]. */
function leavesOf(results) {
  const found = [];
  for (const [step, result] of results.entries()) {
    if (['string', 'number'].includes(typeof result)) found.push([step, [], typeof result]);
    if (result === null || typeof result !== 'object') continue;
    for (const [key, each] of Object.entries(result).slice(0, 12)) if (['string', 'number'].includes(typeof each)) found.push([step, [key], typeof each]);
  }
  return found;
}

const TOO_LATE = new Error('did not settle in time');

function isThenable(value) {
  return value !== null && value !== undefined && typeof value.then === 'function';
}

module.exports = { Caller };
