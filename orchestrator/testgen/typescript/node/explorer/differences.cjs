'use strict';
/** In what one case differs from another: the spots, and the case with one of them as in the other. */
const { spliced } = require('./nodes.cjs');

const MOST_ITEMS = 3; // of lists that are compared one by one
const HELD = new Set(['json', 'promise', 'signed', 'response']);
const MADE = new Set(['new', 'made', 'call']);

/** Yield {path, from, to}: `to` stands in `item`, `from` in `other`; undefined where one of them has nothing there. `natural` answers for what only `item` asked. */
function* differences(item, other, natural) {
  for (const name of ['ctor', 'args']) {
    const count = Math.max(item[name].length, other[name].length);
    for (let index = 0; index < count; index += 1) yield* between(item[name][index], other[name][index], [name, index]);
  }
  for (const [key, node] of item.answers) yield* between(node, other.answers.get(key) ?? natural(key), ['answers', key]);
}

function* between(to, from, path) {
  if (isSame(to, from)) return;
  if (to === undefined || from === undefined || !isAlike(to, from)) {
    yield { path, from, to };
    return;
  }
  for (const key of new Set([...keysOf(to), ...keysOf(from)])) yield* between(childOf(to, key), childOf(from, key), [...path, key]);
}

/** Yield {path, node} of every value that goes into a case. */
function* leavesOf({ ctor, args, answers }) {
  for (const [part, list] of [['ctor', ctor.entries()], ['args', args.entries()], ['answers', answers]]) {
    for (const [key, node] of list) yield* leavesIn(node, [part, key]);
  }
}

function* leavesIn(node, path) {
  if (node === undefined) return;
  if (node.t === 'value') yield { path, node };
  else if (isAlike(node, node)) for (const key of keysOf(node)) yield* leavesIn(childOf(node, key), [...path, key]);
}

/** Say whether two nodes are made in the same way, of parts that can be compared. */
function isAlike(a, b) {
  if (a.t !== b.t) return false;
  if (a.t === 'object' || a.t === 'stub') return true;
  if (a.t === 'list') return a.items.length === b.items.length && a.items.length <= MOST_ITEMS;
  if (HELD.has(a.t)) return a.status === b.status && a.prefix === b.prefix;
  if (a.t === 'fn') return ['isAsync', 'throws', 'fluent', 'echo', 'spy'].every((each) => Boolean(a[each]) === Boolean(b[each])) && Boolean(a.returns) && Boolean(b.returns) && !a.later && !b.later;
  if (MADE.has(a.t)) return a.args.length === b.args.length && a.prefix === b.prefix && a.picks === b.picks && isSame(a.from, b.from) && a.owner === b.owner && a.subject === b.subject;
  return false;
}

function keysOf(node) {
  if (node.props) return node.props.map(([key]) => key);
  if (node.items) return node.items.map((_, index) => index);
  if (HELD.has(node.t)) return ['of'];
  return node.t === 'fn' ? ['returns'] : node.args.map((_, index) => index);
}

function childOf(node, key) {
  if (node.props) return node.props.find(([name]) => name === key)?.[1];
  return (node.items ?? node.args)?.[key] ?? node[key];
}

/** The case with a spot as it is in the other one; undefined where that cannot be. */
function reverted(item, { path: [part, key, ...rest], from }) {
  if (part === 'answers') return { ...item, answers: new Map(item.answers).set(key, placed(item.answers.get(key), rest, from)) };
  const list = item[part];
  if (from === undefined && rest.length === 0) return key === list.length - 1 ? { ...item, [part]: list.slice(0, -1) } : undefined;
  return key <= list.length ? { ...item, [part]: spliced(list, key, placed(list[key], rest, from)) } : undefined;
}

/** A node with another one at a path below it. */
function placed(node, [key, ...rest], other) {
  if (key === undefined) return other && node?.answer ? { ...other, answer: true } : other;
  const inner = placed(childOf(node, key), rest, other);
  if (node.props) {
    const index = node.props.findIndex(([name]) => name === key);
    if (inner === undefined) return { ...node, props: node.props.filter((_, at) => at !== index) };
    return { ...node, props: index < 0 ? [...node.props, [key, inner]] : spliced(node.props, index, [key, inner]) };
  }
  if (node.items) return { ...node, items: spliced(node.items, key, inner) };
  return MADE.has(node.t) ? { ...node, args: spliced(node.args, key, inner) } : { ...node, [key]: inner };
}

/** Say whether two nodes stand for the same, whatever types their places have. */
function isSame(a, b) {
  return a === b || keyOf(a) === keyOf(b);
}

const UNSEEN = new Set(['shape', 'union', 'name', 'answer', 'open', 'fixed', 'partial', 'type']);

function keyOf(node) {
  return JSON.stringify(node, (name, each) => {
    if (UNSEEN.has(name)) return undefined;
    return typeof each === 'bigint' || (typeof each === 'number' && (!Number.isFinite(each) || Object.is(each, -0))) ? `${typeof each} ${Object.is(each, -0) ? '-0' : each}` : each;
  });
}

module.exports = { childOf, differences, isSame, leavesOf, reverted };
