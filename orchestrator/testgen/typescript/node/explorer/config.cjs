'use strict';
/**
 * A module that is made from the environment: it is imported anew under changed variables.
 *
 * Of the variables that it reads only those are set that a case sets, so that a test holds on every machine.
 */
const { isKept, ownEnvironment } = require('./environment.cjs');
const { Patience } = require('../patience.cjs');
const { braces, literal } = require('./nodes.cjs');
const { expectation } = require('./pictures.cjs');
const { reasonOf, shortened, wordsOf } = require('./refusals.cjs');
const { isKnown, shapeOfSchema } = require('./server/schema-shapes.cjs');

const MOST_VALUES = 14;
const LOADING = [3000, 300]; // milliseconds that loading may take, at most and at least
const MALFORMED = ['', 'abc', '-1', '0', 'true', 'false', '1.5', ' '];
const NEAR = ['http://localhost:3000', 'postgresql://localhost:5432/app'];
const MOST_REFUSALS = 12;
const LONGEST_TOLD = 40; // characters in a title
const EXIT = 'the process ends';

class ConfigSubject {
  /** `subject` is what the analysis says: the exported constants; `world` loads the module. */
  constructor(subject, world, values) {
    Object.assign(this, { kind: 'config', export: subject.names[0], member: undefined, line: subject.line, names: subject.names, world, values });
    Object.assign(this, { isAsync: true, isCostly: true, patience: new Patience(...LOADING) });
    this.variables = variablesOf(world.plan);
    this.refusals = new Set();
    this.ends = new Set(); // what the module was under other variables, in source
    this.learned = new Map(); // variable -> the shape that a schema gives it
  }

  get params() {
    return [{ name: 'environment', optional: false, shape: { k: 'undefined' } }];
  }

  /** Without any variable, then with all; each of them in other ways, from the one of these that works. */
  *beginnings() {
    for (let known = -1; known !== this.learned.size;) {
      known = this.learned.size;
      yield this.item([]);
      yield this.item(this.filled());
    }
    for (const name of this.variables) {
      for (const node of this.options(name)) yield this.item([[name, node]]);
    }
    const all = this.filled();
    for (const [name] of all) {
      yield this.item(all.filter(([other]) => other !== name));
      for (const node of this.options(name).slice(1)) yield this.item(all.map(([other, one]) => [other, other === name ? node : one]));
    }
  }

  item(props) {
    return { subject: this, args: [{ t: 'object', props }], ctor: [], steps: [], answers: new Map() };
  }

  filled() {
    return this.variables.map((name) => [name, this.options(name)[0]]);
  }

  options(name) {
    const shape = this.learned.get(name) ?? { k: 'string' };
    const texts = this.values.of(shape, name).filter((each) => each.t === 'value' && ['string', 'number', 'boolean'].includes(typeof each.v)).map((each) => String(each.v));
    const near = /UR[IL]|DSN|HOST|ORIGIN/.test(name) ? NEAR : [];
    const chosen = [...new Set([...texts.slice(0, MOST_VALUES), ...near, ...MALFORMED])];
    return chosen.map((v) => ({ t: 'value', v, shape: { k: 'string' }, name }));
  }

  /** Import the module under the variables of a case; what it exports is the result. */
  async begin(item, scene) {
    const { world } = this;
    const { state } = world;
    const environment = process.env;
    const { own } = world.environment;
    const { exit } = process;
    const codes = [];
    const { active, variables } = state;
    try {
      state.variables = null;
      process.env = world.environment.watched({ ...own });
      for (const name of this.variables) if (!isKept(name)) delete process.env[name];
      for (const [name, node] of item.args[0].props) process.env[name] = node.v;
      process.exit = (code) => { codes.push(code); throw new Error(EXIT); };
      if (active < 0) state.parsed = (schema, value) => this.learn(schema, value);
      scene.open();
      world.api.reset();
      const module = await world.api.load(world.plan.absolute);
      return Object.fromEntries(this.names.map((name) => [name, module[name]]));
    } catch (error) {
      if (codes.length > 0) return { exits: codes[0] };
      throw error;
    } finally {
      Object.assign(state, { parsed: null, variables });
      process.exit = exit;
      process.env = environment;
    }
  }

  /** One of each sort of end is worth keeping: what is refused is told apart by the words. */
  sort(item, seen) {
    const refusal = seen.kind === 'error' ? reasonOf(seen.error) : '';
    this.ends.add(seen.kind === 'value' ? expectation(seen.value, braces) : seen.kind);
    if (this.refusals.size < MOST_REFUSALS) this.refusals.add(refusal);
    return `config ${seen.kind} ${this.refusals.has(refusal) ? refusal : ''} ${isExit(seen)}`;
  }

  /** A schema that checks the environment says what each variable may be. */
  learn(schema, value) {
    if (!isKnown(schema) || value === null || typeof value !== 'object' || !(value === process.env || this.variables.some((each) => Object.hasOwn(value, each)))) return;
    for (const { name, shape } of shapeOfSchema(schema, 'environment').fields ?? []) {
      if (this.learned.has(name)) continue;
      this.learned.set(name, shape);
      if (!this.variables.includes(name)) this.variables.push(name);
    }
  }

  propose(item, seen) {
    return proposalOf(this, item, seen);
  }
}

function proposalOf(subject, item, seen) {
  const { plan } = subject.world;
  if (seen.kind === 'error' && seen.error.message.includes(plan.root)) return undefined;
  const exits = isExit(seen);
  const names = exits || seen.kind === 'error' ? [] : shown(seen);
  if (seen.kind === 'value' && !exits && names.length === 0) return undefined;
  const set = item.args[0].props;
  const { load } = plan;
  const checks = exits ? exitChecks(plan, load, seen) : names.length > 0 ? valueChecks(plan, load, names) : [refusal(plan, load, seen.error)];
  return {
    ...(isAlways(subject, exits) ? alwaysNamed(names) : { subject: 'the environment', title: titleOf(item, seen, exits) }),
    kind: 'config', line: subject.line, outcome: seen.kind === 'error' ? 'throws' : 'value',
    setup: setupOf(subject),
    arrange: set.map(([name, node]) => `process.env.${name} = ${literal(node.v)};`),
    call: checks[0].replace(/;$/, ''), is_async: false, expected: '', primitive: false, error: null, assertions: checks.slice(1),
    args: [], simple: false, answers: [], fault: false, steps: [], imports: [], uses: [], clock: seen.broken.clock, shared: [],
    outcome_key: subject.sort(item, seen),
  };
}

function isExit(seen) {
  return seen.kind === 'value' && Boolean(seen.value.props?.some(([key]) => key === 'exits'));
}

/** The exports that a test can look at: [name, source of what is expected]. */
function shown(seen) {
  return seen.value.props.filter(([, each]) => each.t !== 'anything' && !(each.t === 'any' && each.of === 'Function')).map(([name, each]) => [name, expectation(each, braces), each]);
}

function valueChecks({ isSync }, load, names) {
  const taken = names.map(([name]) => (name === 'default' ? 'default: config' : name)).join(', ');
  const checks = names.map(([name, source, { t }]) => `expect(${name === 'default' ? 'config' : name}).${t === 'value' ? 'toBe' : 'toEqual'}(${source});`);
  return [`const { ${taken} } = ${isSync ? '' : 'await '}${load};`, ...checks];
}

function refusal({ isSync }, load, error) {
  const thrown = error.message ? `toThrow(${literal(wordsOf(error))})` : 'toThrow()';
  return isSync ? `expect(() => ${load}).${thrown};` : `await expect(${load}).rejects.${thrown};`;
}

function exitChecks({ api, isSync }, load, seen) {
  const [, code] = seen.value.props.find(([key]) => key === 'exits');
  return [
    `const exit = ${api}.spyOn(process, 'exit').mockImplementation(() => { throw new Error('${EXIT}'); });`,
    refusal({ isSync }, load, { message: EXIT }),
    `expect(exit).toHaveBeenCalledWith(${expectation(code, braces)});`,
    'exit.mockRestore();',
  ];
}

/** What stands above the tests: an environment of their own, without the variables that the module reads, itself or in others. */
function setupOf({ world, variables }) {
  const names = [...new Set([...variables, ...world.environment.ordered])];
  return ownEnvironment(names, [`${world.plan.api}.resetModules();`]);
}

/** Say whether the module exports the same whatever stands in the environment. */
function isAlways({ ends }, exits) {
  return !exits && ends.size === 1 && !ends.has('error');
}

function alwaysNamed([[name, source], ...others]) {
  const isShort = others.length === 0 && source.length <= LONGEST_TOLD;
  return { subject: [name, ...others.map(([each]) => each)].join(' and '), title: isShort ? `is ${source}` : 'keeps its values' };
}

function titleOf(item, seen, exits) {
  const set = item.args[0].props.map(([name, { v }]) => `${name} ${literal(v)}`);
  const what = exits ? 'ends the process' : seen.kind === 'error' ? `refuses with "${shortened(wordsOf(seen.error).replaceAll(/\s+/g, ' '))}"` : 'is read';
  if (set.length === 0) return `${what} without any variable`;
  return `${what} with ${set.slice(0, 3).join(', ')}${set.length > 3 ? ' and others' : ''}`;
}

function variablesOf(plan) {
  return plan.facts.env.filter((each) => /^[A-Za-z_]\w*$/.test(each));
}

/** Take the variables that such a module reads out of the environment; returns what brings them back. */
function bareEnvironment(plan) {
  if (!plan.subjects.some((each) => each.kind === 'config')) return undefined;
  const environment = process.env;
  process.env = { ...environment };
  for (const name of variablesOf(plan)) if (!isKept(name)) delete process.env[name];
  return () => { process.env = environment; };
}

/** Other tests of such a module import it themselves, in the environment in which they were tried. */
function inBareEnvironment(plan, candidates, subject) {
  const setup = setupOf(subject);
  const isOwn = (each) => each.file === plan.path;
  const imported = (imports) => imports.filter(isOwn).map(({ name, as }) => (as === undefined || as === name ? name : `${name}: ${as}`)).join(', ');
  const line = (imports) => `const { ${imported(imports)} } = ${plan.isSync ? '' : 'await '}${plan.load};`;
  const moved = (each) => ({ ...each, imports: each.imports.filter((one) => !isOwn(one)), arrange: [line(each.imports), ...each.arrange] });
  return candidates.map((each) => {
    if (each.kind === 'config') return each;
    const shielded = { ...each, setup: [...setup, ...(each.setup ?? [])] };
    if (!each.imports.some(isOwn) || each.shared.length > 0) return shielded;
    return { ...shielded, ...moved(each), simple: false, ...(each.loose && { loose: { ...each.loose, ...moved(each.loose) } }) };
  });
}

module.exports = { ConfigSubject, bareEnvironment, inBareEnvironment };
