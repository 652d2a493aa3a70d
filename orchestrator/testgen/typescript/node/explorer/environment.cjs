'use strict';
/**
 * Notes which variables of the environment a call reads, so that its test does not take those of whoever runs it.
 *
 * What the project's own setup files set before is left as it is: they do so for the test as well.
 */
const { literal } = require('./nodes.cjs');

const OF_SYSTEM = new Set(['PATH', 'HOME', 'TZ']);
const OF_RUNNER = new Set(['NODE_ENV', 'CI']); // set for every test, and by some people for all that they do
const FEW = 3;
const BEFORE = 'environmentBefore'; // not `environment`, which a module may well export

class Environment {
  /** `plan.environment` are the names that the project may read. */
  constructor({ environment = { names: [], words: [] } }) {
    this.names = environment.names;
    this.possible = new Set([...environment.names, ...environment.words]);
    this.reads = new Set();
    this.all = new Set();
    this.atImport = new Set();
    this.atCall = new Set();
    this.own = process.env;
  }

  /** What was read so far, in the order in which it stands in the sources. */
  get ordered() {
    return [...this.possible].filter((each) => this.all.has(each));
  }

  /** Take note of what is read of an environment. */
  watched(environment) {
    const note = (name) => { if (this.possible.has(name)) this.reads.add(name); };
    return new Proxy(environment, {
      get: (target, name) => { note(name); return target[name]; },
      has: (target, name) => { note(name); return name in target; },
      getOwnPropertyDescriptor: (target, name) => { note(name); return Reflect.getOwnPropertyDescriptor(target, name); },
      ownKeys: (target) => { this.names.forEach(note); return Reflect.ownKeys(target); },
    });
  }

  /** From here on what is set now is what the project sets itself. */
  watch() {
    this.own = process.env;
    process.env = this.watched(this.own);
  }

  restore() {
    process.env = this.own;
  }

  /** What was read between calls was read by loading something. */
  begin() {
    for (const each of this.read()) this.atImport.add(each);
  }

  /** What was read since was read by a call. */
  end() {
    for (const each of this.read()) this.atCall.add(each);
  }

  /** The variables that were read since and that nobody has set, and those of the runner. */
  read() {
    const found = [...this.reads].filter((each) => OF_RUNNER.has(each) || (this.own[each] === undefined && !OF_SYSTEM.has(each)));
    for (const each of found) this.all.add(each);
    this.reads.clear();
    return found;
  }
}

/** Say whether the runner or the system sets a variable. */
function isKept(name) {
  return OF_SYSTEM.has(name) || OF_RUNNER.has(name);
}

/** What stands above tests: an environment of their own without these variables; `lines` are done before each test as well. */
function ownEnvironment(names, lines = []) {
  const set = names.filter((each) => OF_RUNNER.has(each) && process.env[each] !== undefined);
  const unset = names.filter((each) => !isKept(each));
  const given = [`...${BEFORE}`, ...set.map((each) => `${each}: ${literal(process.env[each])}`)].join(', ');
  const isLong = unset.length > FEW;
  const deleted = isLong ? [`  for (const name of [${unset.map((each) => literal(each)).join(', ')}]) {`, '    delete process.env[name];', '  }'] : unset.map((each) => `  delete process.env.${each};`);
  return [
    `const ${BEFORE} = process.env;`,
    ['beforeEach(() => {', ...lines.map((each) => `  ${each}`), `  process.env = { ${given} };`, ...deleted, '});'].join('\n'),
    ['afterEach(() => {', `  process.env = ${BEFORE};`, '});'].join('\n'),
  ];
}

/** What stands above tests that load the module anew, because it or others read the environment when they are imported. */
function shieldOf({ isBare }, { atImport, ordered }) {
  return isBare || atImport.size === 0 ? [] : ownEnvironment(ordered);
}

/** Put before the tests of a module of which a call read the environment one of their own: what one read others may remember. */
function shielded({ isBare }, environment) {
  if (isBare || environment.atCall.size === 0) return (proposed) => proposed; // all tests of a bare module have one
  const blocks = ownEnvironment(environment.ordered);
  return (proposed) => ({ ...proposed, setup: [...blocks, ...(proposed.setup ?? [])] });
}

module.exports = { Environment, isKept, ownEnvironment, shieldOf, shielded };
