'use strict';
/** One route of a module: its requests are tried on a server made anew for each of them. */
const { Patience } = require('../../patience.cjs');
const { Answering } = require('../answering.cjs');
const { leavesOf } = require('../differences.cjs');
const { make, settled } = require('../nodes.cjs');
const { isAccident } = require('../search.cjs');
const { RequestForm, injected } = require('./requests.cjs');
const { askerOf } = require('./request-words.cjs');
const { proposalOf } = require('./route-writer.cjs');

const DAYS_197 = 197 * 24 * 3600 * 1000;
const MEANT = new Set([200, 201, 202, 204, 301, 302, 304, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 501, 503]);
const ANSWERING = [1500, 300]; // milliseconds until a request has to be answered, at most and at least
const MOST_BEGINNINGS = 90;
const MOST_ANSWERS = 25; // that a query gets
const MOST_REFUSALS = 40; // of one route that are told apart by their words

class RouteSubject {
  /** `settings` is {way, credential, credentials, usualHeaders}; `origin` the subject that registers the route. */
  constructor(origin, route, assembly, settings) {
    Object.assign(this, { kind: 'route', export: origin.export, member: `${route.method} ${route.url}`, line: route.line || origin.line });
    Object.assign(this, { origin, route, assembly, settings, later: DAYS_197, patience: new Patience(...ANSWERING), isAsync: true });
    this.form = new RequestForm(route, assembly.server, { ...settings, origins: originsFor(assembly.plan), uploads: assembly.plan.uploads });
    this.refusals = new Set();
    this.answered = undefined; // what the natural request asked for: [{key, node}]
    this.baseArgs = undefined; // what the natural request is made of
  }

  get params() {
    return [{ name: 'request', shape: this.form.shape(), optional: false }, ...this.origin.params];
  }

  /** The natural request, learning from it what is checked; then each part in other ways, and each query's answer. */
  *beginnings(cases) {
    let base = this.natural(cases);
    for (let known = -1; known !== this.form.learned; base = this.natural(cases)) {
      known = this.form.learned;
      this.answered = undefined;
      this.baseArgs = base.args; // from the first on: nobody may come back for more
      yield base;
    }
    this.baseArgs = base.args;
    const answered = this.answered ?? [];
    const answering = new Answering(cases.values, MOST_ANSWERS);
    yield* answering.otherwise(base, answered);
    const options = cases.values.of(this.form.shape(), 'request').slice(1);
    for (const option of [...this.otherParts(cases), ...options].slice(0, MOST_BEGINNINGS)) yield { ...base, args: [option, ...base.args.slice(1)] };
    yield* answering.deepened(this.corpus);
    for (const [index, param] of this.origin.params.entries()) {
      for (const option of cases.options(param).slice(1, 30)) yield { ...base, args: base.args.map((each, at) => (at === index + 1 ? option : each)) };
    }
  }

  natural(cases) {
    const args = this.params.filter((each) => !each.optional).map((each) => cases.options(each)[0]);
    return { subject: this, args, ctor: [], steps: [], answers: new Map() };
  }

  /** The natural request with one of its parts in other ways, and everyone who may ask. */
  *otherParts(cases) {
    const form = this.form.shape();
    const props = this.baseArgs[0].props ?? [];
    for (const field of form.fields) {
      const put = (node) => ({ ...this.baseArgs[0], props: props.map(([key, each]) => [key, key === field.name ? node : each]) });
      if (field.name === 'headers') yield* this.askers(props).map(put);
      for (const node of cases.values.of(field.shape, field.name, 1).slice(1, 40)) yield put(node);
    }
  }

  askers(props) {
    const [, headers] = props.find(([key]) => key === 'headers') ?? [];
    const found = [];
    for (const [index, [key, node]] of (headers?.props ?? []).entries()) {
      if (key !== this.settings.credential?.header) continue;
      found.push({ ...headers, props: headers.props.filter((_, at) => at !== index) });
      for (const other of this.settings.credential.nodes) if (other !== node) found.push({ ...headers, props: headers.props.map((each, at) => (at === index ? [key, other] : each)) });
    }
    return found;
  }

  async begin(item, scene) {
    const { assembly } = this;
    const { state } = assembly;
    const app = await this.serverFor(item, scene);
    this.leaveOut(state.touched);
    scene.open();
    scene.app = app;
    assembly.error = undefined;
    try {
      const request = await settled(make(item.args[0], scene));
      if (state.active < 0) this.listen();
      const response = await app.inject(injected(this.route, request));
      if (assembly.error && response.statusCode >= 500 && isAccident(assembly.error)) throw assembly.error;
      this.answered ??= scene.answered.map(({ key, node }) => ({ key, node }));
      return shown(response, this.settings.usualHeaders, assembly.plan.root);
    } finally {
      state.parsed = null;
      assembly.readHeader = undefined;
    }
  }

  serverFor(item, scene) {
    return this.assembly.serverFor(this.settings.way, { scene, args: item.args.slice(1), isFresh: scene.isFresh });
  }

  /** Learn from what is looked at: schemas that check a part of the request, headers that are read. */
  listen() {
    const { assembly, form } = this;
    assembly.state.parsed = (schema, value) => form.learn(schema, value, assembly.request);
    assembly.readHeader = (name) => form.learnHeader(name);
  }

  /** Mutants of how other routes are registered are not this one's business. */
  leaveOut(touched) {
    const { mutants } = this.assembly.plan;
    for (const mutant of touched) if (!this.concerns(mutants[mutant].line)) touched.delete(mutant);
  }

  concerns(line) {
    const { starts = [] } = this.settings;
    if (line < this.line) return !starts.some((each) => each <= line) && (starts[0] ?? this.line) === this.line;
    const next = starts.find((each) => each > this.line);
    return next === undefined || line < next;
  }

  /** The sort of answer: one of each is worth a test, of all routes that other modules put there together. */
  outcome(item, seen) {
    const status = seen.value?.props?.find(([key]) => key === 'status')?.[1].v;
    if (this.route.isOfOthers) return `others ${sortOf(status)}`;
    return `${this.title ?? this.member} ${sortOf(status)} to ${askerOf(this, item)}`;
  }

  /** What makes a case worth keeping until it is chosen from: the sort of answer and, where a request is refused, why. */
  sort(item, seen) {
    const outcome = this.outcome(item, seen);
    if (outcome === undefined) return outcome;
    const part = (name) => seen.value?.props?.find(([key]) => key === name)?.[1];
    const status = part('status')?.v;
    if (!(status >= 400 && status < 500)) return outcome;
    const refusal = `${outcome} ${withoutGiven(JSON.stringify(part('body') ?? null), item.args[0])}`;
    if (this.refusals.size < MOST_REFUSALS) this.refusals.add(refusal);
    return this.refusals.has(refusal) ? refusal : outcome;
  }

  propose(item, seen, withCalls) {
    return proposalOf(this, item, seen, withCalls);
  }
}

/** The words of a refusal without what they repeat of the request in quotes: "there is no note 'a'" is said of any other. */
function withoutGiven(words, request) {
  const given = [...leavesOf({ ctor: [], args: [request], answers: [] })].map(({ node }) => node.v).filter((each) => typeof each === 'string' && each !== '');
  const quoted = given.flatMap((each) => [`'${each}'`, `\\"${each}\\"`, `\`${each}\``]);
  return quoted.reduce((text, each) => text.replaceAll(each, '…'), words);
}

/** Where requests of browsers may come from, for what looks at that. */
function originsFor({ imports, facts }) {
  if (!imports.some(({ spec }) => /\bcors\b/.test(spec))) return undefined;
  const hosts = facts.strings.filter((each) => /^(localhost|\d+(\.\d+){3}|[\w-]+(\.[\w-]+)+)$/.test(each));
  const whole = facts.strings.filter((each) => /^https?:\/\/[\w.:-]+$/.test(each));
  return ['https://example.com', ...whole, ...hosts.map((each) => `http://${each}`)].slice(0, 6);
}

/** A status that means something to clients; others, e.g. those that come from an input, are one sort for each hundred. */
function sortOf(status) {
  return MEANT.has(status) ? String(status) : `${Math.floor(status / 100)}xx`;
}

/** What of a response a test looks at: the status, headers that not every response has, and the body. */
function shown(response, usual, root) {
  const headers = Object.entries(response.headers).filter(([key]) => !usual.has(key)).sort(([a], [b]) => (a < b ? -1 : 1));
  const isJson = /json/.test(response.headers['content-type'] ?? '') && response.body !== '';
  return { status: response.statusCode, headers: Object.fromEntries(headers), body: isJson ? response.json() : telling(response.body, root) };
}

/** A page that shows a stack tells where the project lies: that is of no test's interest. */
function telling(text, root) {
  return typeof text === 'string' && (text.includes(root) || text.includes('&nbsp; at ') || text.includes('node_modules')) ? () => undefined : text;
}

module.exports = { RouteSubject, shown };
