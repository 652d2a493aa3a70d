'use strict';
/** Writes the test of one request: how the server is made, what is injected, what comes back. */
const { braces, literal } = require('../nodes.cjs');
const { expectation } = require('../pictures.cjs');
const { conditionsOf } = require('../conditions.cjs');
const { differences } = require('../differences.cjs');
const { errorWords } = require('./request-words.cjs');

const LONGEST_GIVEN = 24;
const MOST_GIVEN = 40;
const LONGEST_NAME = 40;
const DOCUMENT = 'what is documented'; // under which the OpenAPI document stands among what was seen

/** The candidate for one case of a route, with what is written otherwise where the compiler minds what the server is given. */
function proposalOf(subject, item, seen, withCalls) {
  if (seen.kind !== 'value' || !seen.value.props) return undefined;
  const strict = written(subject, item, seen, { withCalls, isLoose: false });
  if (strict.loose || !/\.[cm]?tsx?$/.test(subject.assembly.plan.path)) return strict;
  const { arrange, call, imports } = written(subject, item, seen, { withCalls, isLoose: true });
  return arrange.join() === strict.arrange.join() ? strict : { ...strict, loose: { arrange, call, imports } };
}

function written(subject, item, seen, { withCalls, isLoose }) {
  const writer = new subject.assembly.Writer(subject.assembly.plan, item, seen, withCalls, isLoose);
  const setup = subject.assembly.setupOf(subject, writer, item);
  const call = writer.act();
  const assertions = writer.assertions();
  const status = new Map(seen.value.props).get('status').v;
  const shown = (each) => writer.shown(each);
  const told = conditionsOf(item, subject.assembly.plan, shown, fromNatural(subject, item), seen.answered);
  const conditions = subject.settings.way.isFailing ? withError(told, shown(item.args.at(-1))) : told;
  const title = subject.titleOf?.(item, seen) ?? `answers ${status}`;
  return { ...candidate(subject, item, seen, { title, setup, call, assertions, writer }), conditions, ...looseOf(subject, writer, call) };
}

/** What a route fails with is always told, the natural error as well. */
function withError({ deciding, others } = { deciding: [], others: [] }, error) {
  return { deciding: [...new Set([`for ${errorWords(error)}`, ...deciding])], others };
}

/** In which spots a request differs from the natural one. */
function fromNatural({ baseArgs, assembly: { world } }, item) {
  const natural = { ctor: [], args: baseArgs, answers: new Map() };
  return [...differences(item, natural, (key) => world.answerFor(key.slice(0, key.lastIndexOf(':'))))];
}

/** What the project tells the compiler nothing of is read by its name where the compiler minds. */
function looseOf({ settings: { way } }, writer, call) {
  if (way.kind !== 'decorated') return {};
  const loosened = (line) => line.replace(`preHandler: app.${way.name} `, `preHandler: Reflect.get(app, ${literal(way.name)}) `).replace(/\brequest\.(\w+) \?\? null/g, "Reflect.get(request, '$1') ?? null");
  return { loose: { arrange: writer.lines.map(loosened), call, imports: [...writer.imported.values()] } };
}

/** The candidate for what a plugin puts on the server. */
function decoratorsProposal(subject, item, seen) {
  const writer = new subject.assembly.Writer(subject.assembly.plan, item, seen, false);
  const setup = subject.assembly.setupOf(subject, writer, item);
  writer.lines.splice(writer.lines.indexOf('await app.after();'));
  const { names } = subject;
  const value = new Map(seen.value.props);
  const assertions = names.map((name) => `expect(app.hasDecorator(${literal(name)})).toBe(${value.get(name).v});`);
  if (value.has(DOCUMENT)) assertions.push(`expect(app.swagger()).toEqual(${expectation(value.get(DOCUMENT), braces)});`);
  const title = `puts ${names.slice(0, 2).join(' and ')}${names.length > 2 ? ' and more' : ''} on the server${value.has(DOCUMENT) ? documentWords(value.get(DOCUMENT)) : ''}`;
  return candidate(subject, item, seen, { title, setup, call: 'await app.ready()', assertions, writer });
}

/** What an API is called in its document. */
function documentWords({ props = [] }) {
  const info = props.find(([key]) => key === 'info')?.[1].props ?? [];
  const name = info.find(([key]) => key === 'title')?.[1].v;
  return typeof name === 'string' ? ` and documents it as "${name.slice(0, LONGEST_NAME)}"` : ' and documents it';
}

function candidate(subject, item, seen, { title, setup, call, assertions, writer }) {
  return {
    subject: subject.title ?? subject.member,
    title,
    setup,
    kind: 'route',
    line: subject.line,
    outcome: 'value',
    arrange: writer.lines,
    call,
    is_async: true,
    expected: '',
    primitive: false,
    error: null,
    assertions,
    args: [],
    simple: false,
    answers: [],
    fault: false,
    steps: [],
    imports: [...writer.imported.values()],
    uses: [...writer.uses],
    clock: seen.broken.clock,
    shared: [],
    objects: [...writer.objects],
    fields: [...writer.fields],
    features: givenIn(subject, item, writer),
    outcome_key: subject.outcome(item, seen),
  };
}

/** What short texts and numbers stand in a request, and in what the server is made with. */
function givenIn(subject, item, writer) {
  const found = [];
  const add = (name, node) => {
    if (node.t === 'value' && node.v !== undefined) found.push([`given ${name}`, name, writer.shown(node)]);
    for (const [key, each] of node.props ?? []) add(key, each);
  };
  for (const [index, node] of item.args.entries()) add(subject.params[index]?.name ?? 'options', node);
  return found.filter(([, , text]) => text.length <= LONGEST_GIVEN).slice(0, MOST_GIVEN);
}

module.exports = { DOCUMENT, decoratorsProposal, proposalOf };
