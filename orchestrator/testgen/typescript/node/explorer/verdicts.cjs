'use strict';
/** Tells what came out of a mutant from what came out of the original. */
const { isEcho } = require('./oddness.cjs');
const { fits } = require('./pictures.cjs');
const { sortOfAnswer } = require('./schemas.cjs');

/**
 * Say what notices the difference: an assertion of the value alone, or one of the value and of what was called; `paths`
 * are the places in an object that alone differ, a key that is there too much with a + before it.
 */
function tellsApart(seen, other) {
  const isSame = sameArguments(seen, other);
  const byValue = !sameOutcome(seen, other) || !isSame;
  const areObjects = byValue && isSame && [seen, other].every(({ kind, value }) => kind === 'value' && value.t === 'object');
  return { value: byValue, calls: byValue || !sameCalls(seen, other), paths: areObjects ? pathsApart(seen.value, other.value) : undefined };
}

function pathsApart({ props }, { props: others }, before = '') {
  const actual = new Map(others);
  const known = new Set(props.map(([key]) => key));
  const found = others.filter(([key]) => !known.has(key)).map(([key]) => `+${before}${key}`);
  for (const [key, each] of props) {
    const then = actual.get(key);
    if (then && fits(each, then)) continue;
    found.push(...(then?.t === 'object' && each.t === 'object' ? pathsApart(each, then, `${before}${key}.`) : [`${before}${key}`]));
  }
  return found;
}

function sameOutcome(seen, other) {
  if (seen.kind !== other.kind) return false;
  if (seen.kind === 'value') return fits(seen.value, other.value);
  const [a, b] = [seen.error, other.error];
  if (a.message !== b.message || a.props.length !== b.props.length) return false;
  return a.props.every(([key, each], index) => key === b.props[index][0] && fits(each, b.props[index][1]));
}

function sameArguments(seen, other) {
  return seen.args.every((each, index) => other.args[index] === undefined || fits(each, other.args[index]));
}

function sameCalls(seen, other) {
  if (!seen.clients.every((each, index) => other.clients[index] && fits(each.calls, other.clients[index].calls))) return false;
  return seen.spies.every((each, index) => {
    const calls = other.spies[index]?.calls ?? [];
    return calls.length === each.calls.length && each.calls.every((args, at) => fits(args, calls[at]));
  });
}

/** A rough key for the sort of result, to keep one case of each sort. */
function outcomeKey(subject, seen) {
  const name = `${subject.export}.${subject.member ?? ''}${subject.kind === 'curried' ? '()' : ''}`;
  if (seen.kind === 'error') return `${name}|${(seen.error.message || JSON.stringify(seen.error.props)).replace(/"[^"]*"|\d+/g, '')}`;
  const { value } = seen;
  if (subject.kind === 'schema') return `${name}|${sortOfAnswer(seen)}`;
  if (value.t === 'anything' || value.v === undefined) return `${name}|${value.t}|${toldTo(seen)}`;
  const isEmpty = value.t === 'list' && value.items.length === 0;
  return `${name}|${value.t}|${typeof value.v}|${value.v === null || value.v === undefined || typeof value.v === 'boolean' ? value.v : Boolean(value.v)}|${isEmpty}|${isEcho(seen)}`;
}

/** What spies were told, where nothing else came out of a call: which of them, and the first plain word. */
function toldTo({ spies }) {
  return spies.filter((each) => each.calls.length > 0).map(({ calls: [args] }) => (args.items ?? []).map((each) => (each.t === 'value' && typeof each.v !== 'string' ? String(each.v) : each.t))).join(';');
}

module.exports = { outcomeKey, tellsApart };
