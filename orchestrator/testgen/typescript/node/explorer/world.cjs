'use strict';
/** What cases meet: the module under test, the project's other modules, doubles. */
const { Environment } = require('./environment.cjs');
const { make } = require('./nodes.cjs');
const { pictureOf } = require('./pictures.cjs');
const { HASHING, cheap, hashesOf } = require('./server/hashing.cjs');
const { Patience } = require('../patience.cjs');

/** Packages that load parts of themselves when these are first used: such a part would be another one each time. */
const LAZY = /^(winston|logform)$/;
const CLOCK = { set: setTimeout, clear: clearTimeout };
const START = [5000, 500]; // milliseconds until an application has to be started, at most and at least

/** What functions answer that nobody awaits. */
const AT_ONCE = { existsSync: { k: 'boolean' }, readFileSync: { k: 'fileText' }, readdirSync: { k: 'array', of: { k: 'string' } }, writeFileSync: { k: 'written' }, mkdirSync: { k: 'written' }, appendFileSync: { k: 'written' }, unlinkSync: { k: 'written' }, rmSync: { k: 'written' } };
const ANYTHING = { k: 'any' };

class World {
  /** `api` is the runner's side: load(path), reset(). */
  constructor(plan, api, state, helper) {
    this.plan = plan;
    this.api = api;
    this.state = state;
    this.helper = helper;
    this.environment = new Environment(plan);
    this.packages = plan.packages.map((spec) => ({ t: 'package', spec }));
    this.doubled = new Set(); // those that were really loaded
    if (plan.usesFetch) {
      this.packages.push({ t: 'package', spec: 'fetch' });
      this.doubled.add('fetch');
      globalThis.fetch = helper.packageDouble('fetch'); // the fence brings the real one back
    }
    const whole = api.isVitest || api.real ? 'moduleDouble' : 'packageDouble';
    const named = (spec) => (api.real ? [plan.exported[spec] ?? []] : []); // Jest has to know what an ES module exports
    for (const { spec } of this.packages.filter((each) => each.spec !== 'fetch')) {
      api.mock(spec, () => {
        this.doubled.add(spec);
        return helper[whole](spec, ...named(spec));
      });
    }
    if (plan.subjects.some((each) => each.kind === 'config')) this.keepPackages();
    this.imports = new Map();
    this.parts = new WeakSet();
    this.openers = plan.openers ?? [];
    this.hashes = []; // nodes of hashed passwords, where the module asks for such
    this.first = []; // files that are loaded before the module, which cannot be loaded alone
    this.sites = { ...plan.sites, ...plan.usedSites };
    this.made = new Map(); // by functions of the project, until modules are loaded anew
    this.values = undefined; // set when they are made
    this.loaded = undefined;
    this.starting = new Patience(...START);
  }

  /** Packages stay loaded when the module is loaded anew, which a module of settings is for every case. */
  keepPackages() {
    const kept = new Map();
    for (const { spec, file } of this.plan.imports) {
      const isLeft = LAZY.test(spec) || file !== undefined || spec.startsWith('.') || spec.startsWith('node:') || this.plan.packages.includes(spec) || spec in (this.plan.asked ?? {});
      if (!isLeft && this.api.actual) this.api.mock(spec, () => kept.get(spec) ?? kept.set(spec, this.api.actual(spec)).get(spec));
    }
  }

  /** Make hashes cheap and double exports of packages; an ES module of Jest has to be loaded before it is doubled. */
  async prepare() {
    for (const imported of this.plan.imports.filter((each) => HASHING.test(each.spec))) {
      const real = installed(() => this.api.core(imported.spec));
      if (real) this.api.mock(imported.spec, () => cheap(real));
      this.hashes = hashesOf(real?.default ?? real, imported);
    }
    for (const [spec, names] of Object.entries(this.plan.asked ?? {})) this.doubleExports(spec, names, await this.api.real?.(spec));
    return this;
  }

  /** Double some exports of a package; the others are those of the package itself. */
  doubleExports(spec, names, loaded) {
    this.packages.push({ t: 'package', spec });
    const merged = (real) => ({ ...real, ...this.helper.exportDoubles(spec, names) });
    this.api.mock(spec, (original) => {
      this.doubled.add(spec);
      const real = loaded ?? (original ? original() : this.api.actual(spec));
      return typeof real?.then === 'function' ? real.then(merged) : merged(real);
    });
  }

  module() {
    return this.loaded;
  }

  /** What a subject's export is; the modules of a folder are loaded one by one. */
  offered({ file, export: exported }) {
    const module = this.plan.isFolder ? this.imports.get(file) : this.loaded;
    return exportOf(module, exported);
  }

  /** Load the module anew, with a mutant switched on; say whether it loads. */
  async reload(mutant) {
    this.state.active = mutant;
    this.state.variables = null;
    this.state.most = 2_000_000;
    this.state.steps = 0;
    try {
      this.api.reset();
      this.imports.clear();
      for (const file of this.first) await this.fetch(file);
      if (!this.plan.isFolder) this.loaded = await this.load();
      this.made.clear();
      for (const file of this.plan.companions) await this.fetch(file);
      await this.open();
      this.graphql = this.plan.usesGraphql ? await this.api.load('graphql') : undefined;
      this.before = this.state.variables?.read();
      return true;
    } catch (error) {
      this.problem = error;
      return false;
    } finally {
      this.state.active = -1;
      this.state.most = Infinity;
    }
  }

  /** Load the module itself; one that only starts an application offers that. */
  async load() {
    const load = () => this.api.load(this.plan.absolute);
    const started = this.plan.subjects.find((each) => each.isStarted);
    if (!started) return load();
    const promised = this.helper.startedBy(load);
    return { [started.export]: await this.starting.settled(promised, this.state.active >= 0, () => new Error('the module starts no server'), CLOCK) };
  }

  /** Open the connections that the project opens when it starts; what cannot be opened is left alone. */
  async open() {
    if (this.openers.length === 0) return;
    for (const { spec } of this.packages) this.helper.clientOf(spec, []);
    for (const opener of this.openers) {
      try {
        await (await this.fetch(opener.file))[opener.name]();
      } catch {
        this.openers = this.openers.filter((each) => each !== opener);
      }
    }
  }

  /** What is loaded at the moment, to come back to with `use`. */
  snapshot() {
    const { loaded, imports, made, graphql, before } = this;
    return { loaded, imports: new Map(imports), made: new Map(made), graphql, before, variables: this.state.variables };
  }

  use({ variables, ...rest }) {
    Object.assign(this, rest);
    this.state.variables = variables;
  }

  /** Load another file of the project, or the one that is loaded. */
  async fetch(file) {
    if (!this.imports.has(file)) this.imports.set(file, await this.api.load(file === this.plan.path ? this.plan.absolute : this.plan.root + file));
    return this.imports.get(file);
  }

  /** Put the variables of the module back to what they were when it was loaded. */
  restore() {
    if (this.before) this.state.variables.write(this.before);
  }

  imported(from) {
    return from.file === this.plan.path ? exportOf(this.loaded, from.name) : exportOf(this.imports.get(from.file), from.name);
  }

  double(answers) {
    return this.helper.double(answers);
  }

  isDouble(value) {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false;
    return this.parts.has(value) || this.helper.isDouble(value);
  }

  callsOf(client) {
    return this.helper.callsOf(client);
  }

  /** Say with which function of the helper a test sees these calls in whatever order the tests run. */
  viewOf(client) {
    return this.helper.queriesOf(client).length === this.helper.callsOf(client).length ? 'queriesOf' : 'callsOf';
  }

  make(node, scene) {
    return make(node, scene);
  }

  picture(value) {
    return pictureOf(value, (each) => this.isDouble(each));
  }

  /** The node that answers a place of the source for the first time. */
  answerFor(site) {
    const shape = AT_ONCE[site] ?? this.sites[site] ?? ANYTHING;
    const { options, subject } = this.values;
    const [natural] = options.at(subject, shape, '', () => this.values.of(shape, '', 1));
    return { ...natural, answer: true };
  }
}

function installed(load) {
  try {
    return load();
  } catch {
    return undefined;
  }
}

/** What a module exports by name; a script of CommonJS is itself its default export. */
function exportOf(module, name) {
  const isWhole = name === 'default' && (typeof module === 'function' || (module && !('default' in module)));
  return isWhole ? module : module?.[name];
}

module.exports = { LAZY, World };
