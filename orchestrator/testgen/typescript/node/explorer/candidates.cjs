'use strict';
/** Turns kept cases into proposals of tests: what to arrange, what to call, what to assert, in source text. */
const { braces } = require('./nodes.cjs');
const { effectOf } = require('./effects.cjs');
const { expectation } = require('./pictures.cjs');
const { CallWriter, nameOf } = require('./call-writer.cjs');
const { defaultName } = require('./writer.cjs');
const { conditionsOf } = require('./conditions.cjs');
const { shielded } = require('./environment.cjs');
const { featuresOf } = require('./features.cjs');
const { isNoNumber, oddnessOf } = require('./oddness.cjs');
const { outcomeOf, subjectName, titleOf } = require('./outcomes.cjs');

const LONGEST = 4000; // characters of a test that somebody has to read
const TOO_LONG = 'is too long to read';
const WEAK = 'asserts nothing about the subject';
const NO_NUMBER = 'would pin a NaN of which the module does not know';
const SHOWN = 'is a constant that tests of its functions show';

/** Return the candidates; a case that did something besides returning gives two, with and without asserting that. */
function candidatesOf(plan, cases, { kept, matrix, world, dropped }) {
  const found = [];
  const { openers } = world;
  const shield = shielded(plan, world.environment);
  const drop = (reason) => { dropped[reason] = (dropped[reason] ?? 0) + 1; };
  for (const [index, { item, seen, clock }] of kept.entries()) {
    if (seen.kind === 'value' && isNoNumber(seen.value, plan.facts)) {
      drop(NO_NUMBER);
      continue;
    }
    const oddness = oddnessOf(item, seen, plan.facts);
    const base = { goals: [...seen.goals], size: cases.sizeOf(item) + oddness, oddness, plainness: Number(oddness === 0 && seen.kind === 'value') };
    const { value, calls, paths } = matrix[index];
    const plain = atTime(proposal(plan, item, seen, false), clock?.value);
    const full = calls.length > value.length && atTime(proposal(plan, item, seen, true), clock?.calls);
    const made = [plain && { ...shield(opened(plain, openers)), ...base, kills: value, kill_paths: paths }, full && { ...shield(opened(full, openers)), ...base, size: base.size + 3, kills: calls, kill_paths: paths }].filter(Boolean);
    const short = made.filter((each) => lengthOf(each) <= LONGEST);
    if (short.length === 0) drop(made.length > 0 ? TOO_LONG : WEAK);
    found.push(...short);
  }
  return withoutShown(plan, found, drop);
}

/** A test needs the time to stand still only where it comes out otherwise at another time. */
function atTime(proposed, needsClock) {
  return proposed && needsClock === false ? { ...proposed, clock: false } : proposed;
}

/** A constant is not copied into a test where what a function does with it is tested. */
function withoutShown({ subjects }, found, drop) {
  const used = new Set(subjects.filter((each) => each.isUsed).map((each) => each.export));
  if (!found.some((each) => each.kind !== 'constant' && each.kills.length > 0)) return found;
  const isShown = (each) => each.kind === 'constant' && used.has(each.subject);
  found.filter(isShown).forEach(() => drop(SHOWN));
  return found.filter((each) => !isShown(each));
}

/** What there is to read of a test; what stands above all tests is read once. */
function lengthOf({ arrange, call, expected, assertions }) {
  return [...arrange, call, expected, ...assertions].reduce((sum, each) => sum + each.length, 0);
}

/** Put before a test what opens the project's connections. */
function opened(proposed, openers) {
  if (openers.length === 0) return proposed;
  const names = openers.map(({ name }) => (name === 'default' ? 'open' : name));
  const block = ['beforeEach(async () => {', ...names.map((each) => `  await ${each}();`), '});'].join('\n');
  const imports = openers.map(({ file, name }, at) => ({ file, name, as: names[at] }));
  const loose = proposed.loose && { ...proposed.loose, imports: [...proposed.loose.imports, ...imports] };
  return { ...proposed, ...(loose && { loose }), setup: [block, ...(proposed.setup ?? [])], imports: [...proposed.imports, ...imports] };
}

/** The proposal with what is written otherwise where the compiler minds the types of its inputs. */
function proposal(plan, item, seen, withCalls) {
  if (item.subject.propose) return item.subject.propose(item, seen, withCalls);
  const strict = written(plan, item, seen, withCalls, false);
  if (!strict || strict.simple || !/\.[cm]?tsx?$/.test(plan.path)) return strict;
  const { arrange, call, imports } = written(plan, item, seen, withCalls, true);
  const isSame = call === strict.call && arrange.join() === strict.arrange.join();
  return isSame ? strict : { ...strict, loose: { arrange, call, imports } };
}

function written(plan, item, seen, withCalls, isLoose) {
  const writer = new CallWriter(plan, item, seen, withCalls, isLoose);
  const { subject } = item;
  const call = writer.call();
  const assertions = writer.assertions();
  if (assertions.length === 0 && seen.kind === 'value' && seen.value.t === 'anything') return undefined;
  return {
    subject: subjectName(subject) ?? [subject.export === 'default' ? defaultName(plan, subject) : subject.export, subject.member].filter(Boolean).join('.'),
    kind: subject.kind,
    line: subject.line,
    outcome: seen.kind === 'error' ? 'throws' : 'value',
    arrange: writer.lines,
    call,
    is_async: Boolean(subject.isAsync),
    expected: seen.kind === 'value' ? expectation(seen.value, braces, subject.kind === 'schema') : '',
    primitive: seen.kind === 'value' && seen.value.t === 'value',
    error: seen.kind === 'error' ? errorOf(seen.error) : null,
    assertions,
    args: item.args.map((each, index) => [nameOf(subject, index), writer.shown(each)]),
    simple: writer.lines.length === 0 && item.args.every((each) => isPlain(each)),
    answers: seen.answered.filter((each) => !isWritten(each.node)).map((each) => writer.shown(each.node)),
    fault: seen.answered.some((each) => each.node.isFault),
    steps: item.steps.map((each) => each.member),
    imports: [...writer.imported.values()],
    uses: [...writer.uses],
    clock: seen.broken.clock,
    shared: writer.shared,
    objects: [...writer.objects],
    fields: [...writer.fields],
    features: featuresOf(item, seen.answered, nameOf),
    title: titleOf(item, seen),
    effect: withCalls ? effectOf(seen) : '', // what a test does not assert is not told
    conditions: conditionsOf(item, plan, (each) => writer.shown(each), [], seen.answered),
    outcome_key: outcomeOf(subject, seen),
  };
}

function isPlain(node) {
  return node.t === 'value' && (node.union === undefined || node.union.of.every((each) => each.k !== 'literal')) && node.shape?.k !== 'literal';
}

function isWritten(node) {
  return node.t === 'value' && node.v === undefined;
}

function errorOf(error) {
  return { name: error.name, message: error.message, props: error.props.map(([key, each]) => [key, expectation(each, braces)]) };
}

/** Possible defects, in words: an error of the engine for inputs that fit the types. */
function defectsOf(plan, defects) {
  return [...defects.values()].map(({ item, error }) => {
    const writer = new CallWriter(plan, item, { args: [], answered: [], clients: [], spies: [] }, false);
    const subject = item.subject.member ? `${item.subject.export}.${item.subject.member}` : item.subject.export;
    const args = item.args.map((each) => writer.shown(each)).join(', ');
    return { kind: 'breaks down on inputs of the right type', subject, call: `${subject}(${args})`, detail: `${error.name}: ${error.message}` };
  });
}

module.exports = { candidatesOf, defectsOf };
