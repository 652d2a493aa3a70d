'use strict';
/**
 * Lets kept cases show something: what is changed was something else before, no two rows of a list are the same, what
 * was found is not what stands for nothing, and what is put in order comes in another one.
 *
 * A case stays what it is worth keeping for. Nothing here is drawn by chance.
 */
const { isDeepStrictEqual } = require('node:util');
const { isFree } = require('./decisive-fields.cjs');
const { isSame, leavesOf, reverted } = require('./differences.cjs');
const { isStructural } = require('./condition-names.cjs');
const { spliced } = require('./nodes.cjs');
const { insideOf } = require('./pictures.cjs');
const { stillWorth } = require('./plainer.cjs');
const { tellsApart } = require('./verdicts.cjs');

const MOST_TRIES = 6; // of one case
const MOST_OTHERS = 3; // values in the place of one
const NUMBERED = /^(.*-)(\d+)$/; // "id-1"
const ID = /(^|_)id$|Id$/;
const DATED = /^\d{4}-\d\d-\d\d/;
const MOST_ORDERS = 12; // of one list

/** Change the cases that a search kept, as long as `isOver` says no. */
async function makeTelling(search, isOver) {
  for (const [index, entry] of search.kept.entries()) {
    if (isOver()) return;
    const { subject } = entry.item;
    if (['constant', 'config', 'schema'].includes(subject.kind)) continue;
    search.cases.values.subject = subject;
    search.kept[index] = await told(search, entry, isOver);
  }
}

async function told(search, entry, isOver) {
  let found = entry;
  for (const ways of [apartWays, changedWays]) {
    let tries = 0;
    for (const item of ways(search.cases, found)) {
      tries += 1;
      if (isOver() || tries > MOST_TRIES) break;
      const next = await stillWorth(search, found, item);
      if (!next) continue;
      found = next;
      break;
    }
  }
  return reordered(search, await seenInAnswers(search, found, isOver), isOver);
}

/** The case with something else in each answer without which the same would come out. */
async function seenInAnswers(search, entry, isOver) {
  let found = entry;
  for (const [key, node] of entry.item.answers) {
    const nothing = { t: 'value', v: undefined, answer: true, shape: node.shape, name: node.name };
    if (isOver() || node.isFault || isSame(node, nothing)) continue;
    const then = await search.caller.call({ ...found.item, answers: new Map(found.item.answers).set(key, nothing) });
    if (!tellsApart(found.seen, then).calls) found = (await toldFrom(search, found, key, then)) ?? found;
  }
  return found;
}

/** The case with another value in an answer, so that something else comes out than of none. */
async function toldFrom(search, entry, key, then) {
  const { item } = entry;
  const leaves = [...leavesOf(item)].filter(({ path }) => path[0] === 'answers' && path[1] === key).map((each) => ({ ...each, name: nameOf(each, item.subject) }));
  const ways = leaves.filter(({ name }) => !ID.test(name)).flatMap((spot) => othersFor(search.cases.values, spot).slice(0, 1).map((from) => ({ path: spot.path, from })));
  for (const spot of ways.slice(0, MOST_TRIES)) {
    const next = await stillWorth(search, entry, reverted(item, spot));
    if (next && tellsApart(next.seen, then).calls) return next;
  }
  return undefined;
}

/** The case with a list that comes out in another order than it went in, where it comes out as it went in. */
async function reordered(search, entry, isOver) {
  const index = isUntouched(entry.seen);
  if (index < 0) return entry;
  let tries = 0;
  for (const item of orderWays(search.cases, entry, index)) {
    tries += 1;
    if (isOver() || tries > MOST_ORDERS) break;
    const next = await stillWorth(search, entry, item);
    if (next && next.seen.value.items.length > 1 && isUntouched(next.seen) < 0) return next;
  }
  return entry;
}

/** The place of the argument that is the list that came out; -1 where there is none. */
function isUntouched({ kind, value, args }) {
  if (kind !== 'value' || value.t !== 'list' || value.items.length < 2) return -1;
  return args.findIndex((each) => isDeepStrictEqual(each, value));
}

/** Yield a case with a list the other way round, and with another value in its first thing that can be put in an order. */
function* orderWays({ values }, { item }, index) {
  const list = item.args[index];
  if (list?.t !== 'list' || list.fixed) return;
  const withItems = (items) => ({ ...item, args: spliced(item.args, index, { ...list, items }) });
  yield withItems([...list.items].reverse());
  for (const spot of leavesOf(item)) {
    const { path: [part, at, first], node } = spot;
    const isRanked = !isFree(node) || typeof node.v === 'number' || DATED.test(node.v);
    if (part !== 'args' || at !== index || first !== 0 || !isRanked) continue;
    for (const from of othersFor(values, { ...spot, name: nameOf(spot, item.subject) })) yield reverted(item, { path: spot.path, from });
  }
}

/** Yield a case in which each row that is like one before has another id. */
function* apartWays(cases, { item }) {
  for (const [node, replace] of cases.spots(item)) {
    if (node.t !== 'list' || node.fixed) continue;
    const items = node.items.map((each, at) => (node.items.slice(0, at).some((other) => isSame(other, each)) ? numbered(each, at + 1) : each));
    if (items.some((each, at) => each !== node.items[at])) yield replace({ ...node, items });
  }
}

/** A row with another number in its own id; itself where it has none. */
function numbered(node, number) {
  const index = node.t === 'object' ? node.props.findIndex(([key, each]) => /^_?id$/.test(key) && (typeof each.v === 'number' || NUMBERED.test(each.v))) : -1;
  if (index < 0) return node;
  const [key, id] = node.props[index];
  const v = typeof id.v === 'number' ? id.v + number - 1 : id.v.replace(NUMBERED, `$1${number}`);
  return { ...node, props: spliced(node.props, index, [key, { ...id, v }]) };
}

/** Yield a case in which something else stood where something is written; else something else is written. */
function* changedWays(cases, { item, seen }) {
  const written = textsOf(seen);
  if (!written) return;
  const leaves = [...leavesOf(item)].map((each) => ({ ...each, name: nameOf(each, item.subject) }));
  const isAlike = (given, row) => given.name === row.name && given.node.v === row.node.v && given.node.v !== undefined && !ID.test(given.name);
  for (const given of leaves.filter(({ path: [part], node }) => part === 'args' && written.has(node.v))) {
    for (const row of leaves.filter((each) => each.path[0] === 'answers' && isAlike(given, each))) {
      for (const spot of [row, given]) {
        for (const node of othersFor(cases.values, spot)) {
          const other = reverted(item, { path: spot.path, from: node });
          if (other) yield other;
        }
      }
    }
  }
}

/** Other values of the type of a place. */
function othersFor(values, { node, name }) {
  const shape = node.union ?? node.shape;
  if (node.fixed || !shape) return [];
  return values.of(shape, node.name ?? name).filter((each) => each.t === 'value' && typeof each.v === typeof node.v && each.v !== node.v).slice(0, MOST_OTHERS);
}

function nameOf({ path: [, index, ...rest] }, { params = [] }) {
  return rest.filter((each) => !isStructural(each)).at(-1) ?? params[index]?.name ?? '';
}

/** What an update wrote; undefined for a call that updated nothing. */
function textsOf({ clients }) {
  const queries = clients.flatMap(({ calls }) => calls.items ?? []);
  const isUpdate = (query) => valuesIn(query).some((each) => typeof each === 'string' && /^\s*update\b/i.test(each));
  const updates = queries.filter(isUpdate);
  return updates.length > 0 ? new Set(updates.flatMap(valuesIn)) : undefined;
}

function valuesIn(picture) {
  if (picture.t === 'value') return [picture.v];
  return insideOf(picture).flatMap(valuesIn);
}

module.exports = { makeTelling };
