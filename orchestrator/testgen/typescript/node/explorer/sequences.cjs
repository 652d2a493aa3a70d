'use strict';
/**
 * Calls that go before a call, on purpose: much of what keeps something shows only when something was put in before,
 * when it is asked for by what came out, when there are many, or when time has passed in between.
 */

const { isTime } = require('./features.cjs');
const { clockTimes } = require('./numbers.cjs');

const MOST_SIBLINGS = 10;
const MANY = 6;
const MOST_TIMES = 4; // that a clock goes on by
const MOST_INTO = 4; // arguments that are exchanged for what a step returned

/** Yield cases of a subject with one call before it, two, and many; with what it is made of in other ways. */
function* sequencesOf(cases, subject, base) {
  const isFunction = subject.kind === 'function';
  const siblings = cases.subjects.filter((each) => each !== subject && each.params?.length > 0 && (isFunction ? each.kind === 'function' : each.export === subject.export && each.kind === 'method')).slice(0, MOST_SIBLINGS);
  const ways = [base, ...otherClocks(cases, subject, base), ...otherIds(cases, subject, base)];
  for (const sibling of siblings) {
    for (const steps of stepsOf(cases, sibling)) for (const way of ways) yield { ...way, steps };
  }
  const own = subject.params?.length > 0 ? stepsOf(cases, subject) : [];
  for (const steps of own) for (const way of ways) yield { ...way, steps };
}

/** One call as it is natural, with all that it may get, twice with other arguments, and many times. */
function stepsOf(cases, called) {
  const options = called.params.map((each) => cases.options(each));
  const given = (at, isWhole) => ({
    member: called.member ?? called.export, isAsync: called.isAsync,
    args: called.params.map((each, index) => [each, options[index][at % options[index].length]]).filter(([each]) => isWhole || !each.optional).map(([, node]) => node),
  });
  const needed = given(0, false);
  const whole = given(0, true);
  const found = [[needed], [needed, given(1, false)], Array(MANY).fill(needed)];
  return called.params.some((each) => each.optional) ? [[whole], ...found] : found;
}

/** The same asked for something else than what natural steps put in. */
function* otherIds(cases, subject, base) {
  for (const [index, node] of base.args.entries()) {
    if (node.t !== 'value' || !/(id|key|name)$/i.test(subject.params[index].name)) continue;
    const other = cases.options(subject.params[index]).find((each) => each.t === 'value' && typeof each.v === 'string' && each.v !== node.v);
    if (other) yield { ...base, args: base.args.map((each, at) => (at === index ? other : each)) };
  }
}

/** The same with a clock, if one can be given, that goes on after it was first looked at; and with other sizes. */
function* otherClocks(cases, subject, base) {
  for (const [index, param] of (subject.ctor ?? []).entries()) {
    const options = cases.options(param);
    const later = options.filter((each) => each.t === 'fn' && each.later).slice(0, MOST_TIMES);
    const other = options.filter((each) => each.t === 'value' && typeof each.v === 'number' && each.v !== base.ctor[index]?.v).slice(0, 2);
    for (const node of [...later, ...other]) {
      const ctor = subject.ctor.slice(0, Math.max(index + 1, base.ctor.length)).map((each, at) => (at === index ? node : base.ctor[at] ?? cases.options(each)[0]));
      yield { ...base, ctor };
    }
  }
  for (const [node, replace] of cases.spots({ ...base, args: [], answers: new Map() })) {
    if (node.t !== 'fn' || node.later || !isTime(node.returns?.v)) continue;
    for (const v of clockTimes().slice(1, MOST_TIMES + 1)) yield { ...base, ctor: replace({ ...node, later: { ...node.returns, v } }).ctor };
  }
}

/** Yield the case with what a step returned in the place of an argument: what has its name first. */
function* withResults(item) {
  const params = item.subject.params ?? [];
  let count = 0;
  for (const [index, node] of item.args.entries()) {
    if (node.t !== 'value' || !item.leaves?.length) continue;
    const name = (params[index]?.name ?? '').toLowerCase();
    const fitting = item.leaves.filter(([step, , kind]) => kind === typeof node.v && step < item.steps.length);
    const rank = ([, path]) => {
      const key = String(path.at(-1) ?? '').toLowerCase();
      return key === name ? 0 : key !== '' && name.endsWith(key) ? 1 : 2;
    };
    for (const [step, path] of [...fitting].sort((a, b) => rank(a) - rank(b)).slice(0, 2)) {
      if (count >= MOST_INTO) return;
      count += 1;
      yield { ...item, args: item.args.map((each, at) => (at === index ? { t: 'result', step, path, shape: node.shape, name: node.name } : each)) };
    }
  }
}

module.exports = { sequencesOf, withResults };
