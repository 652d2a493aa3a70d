'use strict';
/**
 * Makes kept cases plainer: what was varied by chance and does not matter becomes what a person would give.
 *
 * A case stays what it is worth keeping for: the goals and mutants that it was the first to reach and to notice, and the
 * sort of its outcome. Nothing here is drawn by chance.
 */
const { isDeepStrictEqual } = require('node:util');
const { isLong, isMixedUp } = require('./oddness.cjs');
const { isVague } = require('./pictures.cjs');
const { isUnread } = require('./server/request-words.cjs');

const MOST_TRIES = 40; // of one case
const MOST_ROUND = 40; // numbers that are tried for a round result
const UNAUTHORIZED = 401;
const MOST_NATURAL = 2; // values that a person would give first

/** Make the cases that a search kept plainer, as long as `isOver` says no. */
async function makePlainer(search, isOver) {
  for (const [index, entry] of [...search.kept].entries()) {
    if (isOver()) return;
    if (!['constant', 'config'].includes(entry.item.subject.kind)) search.kept[index] = await plainest(search, entry, isOver);
    const round = isLong(search.kept[index].seen.value) && (await withRoundResult(search, search.kept[index], isOver));
    if (round) search.kept.push(round);
  }
}

async function plainest(search, entry, isOver) {
  search.cases.values.subject = entry.item.subject;
  return settled(search, entry, (worth) => plainerBy(worth, search, entry, isOver));
}

async function plainerBy(worth, search, entry, isOver) {
  let found = entry;
  let tries = 0;
  let ways = [...waysOf(search.cases, found)];
  for (let at = 0; tries < MOST_TRIES && at < ways.length && !isOver(); ) {
    tries += 1;
    const { item } = found;
    const isNeedless = ways[at].steps.length < item.steps.length && item.subject.kind === 'function';
    const isUnsent = item.subject.form && headersOf(ways[at]).length < headersOf(item).length;
    const next = isNeedless ? await withoutNeedless(worth, search, found, ways[at]) : await worth(search, found, ways[at], isUnsent ? comesOut(found) : undefined);
    if (!next) {
      at += 1;
      continue;
    }
    found = next;
    ways = [...waysOf(search.cases, found)];
  }
  return found;
}

/** The case with a call less before that of a function, if the same comes out: what that call reaches is no merit of this one. */
async function withoutNeedless(worth, search, found, item) {
  const { goals, kills } = found;
  return worth(search, { ...found, goals: [], kills }, item, comesOut(found)).then((next) => next && { ...next, goals: goals.filter((each) => next.seen.goals.has(each)) });
}

/** A test for whether the same comes out as of a case. */
function comesOut({ seen: { kind, value, error } }) {
  return (seen) => isDeepStrictEqual([seen.kind, seen.value, seen.error?.message], [kind, value, error?.message]);
}

/** A case like it with numbers of which what comes out is short to write; undefined where there is none. */
async function withRoundResult(search, entry, isOver) {
  const { cases, caller } = search;
  const numbers = [...new Set([...cases.values.facts.numbers, 2, 10, 100])].filter((each) => each > 1).slice(0, MOST_ROUND);
  const places = [...cases.spots(entry.item)].filter(([node]) => node.t === 'value' && typeof node.v === 'number').slice(0, 3);
  for (const [node, replace] of places) {
    for (const v of numbers.flatMap((each) => [each, 2 * each])) {
      if (isOver()) return undefined;
      const item = replace({ ...node, v: node.v < 0 ? -v : v });
      const seen = await caller.call(item);
      const isRound = seen.kind === 'value' && !isLong(seen.value) && seen.value.v !== 0 && !search.unfit(seen, item);
      const stable = isRound && (await search.steady(search.completed(item, seen), seen));
      if (stable) return { ...entry, item: search.completed(item, seen), seen: stable, goals: [], kills: [] };
    }
  }
  return undefined;
}

/** Yield the case with one thing less or one thing plainer. */
function* waysOf(cases, { item, seen }) {
  const { subject, args, steps } = item;
  if (subject.form && !subject.form.parts.payload) { // nothing is known of a body
    const rest = args[0].props.filter(([key]) => key !== 'payload');
    if (rest.length < args[0].props.length) yield { ...item, args: [{ ...args[0], props: rest }, ...args.slice(1)] };
  }
  if (subject.form) yield* withoutHeaders(item, seen);
  const usesResults = [...cases.spots(item)].some(([node]) => node.t === 'result');
  if (!usesResults) for (const index of steps.keys()) yield { ...item, steps: steps.filter((_, at) => at !== index) };
  if (args.length > 0 && subject.params?.[args.length - 1]?.optional) yield { ...item, args: args.slice(0, -1) };
  for (const [node, replace] of cases.spots(item)) {
    if (node.t === 'list' && !node.fixed && node.items.length > 1) yield replace({ ...node, items: node.items.slice(0, -1) });
    if (node.t === 'object' && !node.answer) for (const name of optionalIn(node)) yield replace({ ...node, props: node.props.filter(([key]) => key !== name) });
    if (node.t === 'object' && node.open) for (const [name] of node.props) yield replace({ ...node, props: node.props.filter(([key]) => key !== name) });
    for (const natural of naturalFor(cases, node, node.t === 'made' || isMixedUp(node, item))) yield replace({ ...natural, answer: node.answer });
  }
}

/** The names in an object that may as well be missing. */
function optionalIn({ shape, props }) {
  const may = new Set((Array.isArray(shape?.props) ? shape.props : []).filter((each) => each.optional).map((each) => each.name));
  return props.map(([key]) => key).filter((key) => may.has(key));
}

/** Yield a request with a header less; what is refused to somebody unknown is a case of its own. */
function* withoutHeaders(item, seen) {
  const { subject, args: [request, ...rest] } = item;
  const { credential } = subject.settings;
  const isRefused = seen.value?.props?.some(([key, each]) => key === 'status' && each.v === UNAUTHORIZED);
  const headers = headersOf(item);
  for (const [name] of headers) {
    if (isRefused && name === credential?.header && !isUnread(subject)) continue;
    const left = headers.filter(([key]) => key !== name);
    const props = request.props.flatMap(([key, each]) => (key !== 'headers' ? [[key, each]] : left.length > 0 ? [[key, { ...each, props: left }]] : []));
    yield { ...item, args: [{ ...request, props }, ...rest] };
  }
}

function headersOf({ args: [request] }) {
  return request?.props?.find(([key]) => key === 'headers')?.[1].props ?? [];
}

/** The first values for a place that has a name, where another one stands there. */
function naturalFor({ values }, node, isStrange) {
  const shape = node.union ?? node.shape;
  if (isStrange && shape) return values.of(shape, node.name).slice(0, MOST_NATURAL).filter((each) => each.t === 'value');
  if (node.t !== 'value' || !node.name || node.v === null || node.fixed || !['string', 'number'].includes(typeof node.v) || !shape) return [];
  const first = values.of(shape, node.name).slice(0, MOST_NATURAL).filter((each) => each.t === 'value' && typeof each.v === typeof node.v);
  const known = first.findIndex((each) => Object.is(each.v, node.v));
  return known < 0 ? first : first.slice(0, known);
}

/**
 * Change a case step by step: `change` gets what says whether a step is worth it. What comes out is looked at once for
 * each step and again at the end only, as a second look may take a server of its own; where that shows something else,
 * or where it is known that not everything comes out again, each step is looked at twice.
 */
async function settled(search, entry, change) {
  if (entry.seen.kind === 'value' && isVague(entry.seen.value)) return change(stillWorth);
  const found = await change(worthAtFirst);
  return found === entry ? entry : (await firm(search, found)) ?? change(stillWorth);
}

/** The case with what comes out of it now, if it is worth keeping for the same reasons; undefined otherwise. */
async function stillWorth(search, entry, item, isAsGood) {
  const found = await worthAtFirst(search, { ...entry, kills: [] }, item, isAsGood);
  return found && firm(search, { ...found, kills: entry.kills });
}

/** The same after one look. */
async function worthAtFirst(search, { goals, kills, outcome }, item, isAsGood = (seen) => search.outcomeOf(item, seen) === outcome) {
  const seen = await search.caller.call(item);
  if (search.unfit(seen, item) || goals.some((each) => !seen.goals.has(each)) || !isAsGood(seen)) return undefined;
  const complete = search.completed(item, seen);
  if (!(await tellsAll(search, complete, seen, kills))) return undefined;
  return { item: complete, seen, goals, kills, outcome: search.outcomeOf(item, seen) };
}

/** A case with what comes out of it again and again, if that still tells its mutants. */
async function firm(search, found) {
  const seen = await search.steady(found.item, found.seen);
  if (!seen || !(await tellsAll(search, found.item, seen, found.kills))) return undefined;
  return { ...found, seen, outcome: search.outcomeOf(found.item, seen) };
}

async function tellsAll(search, item, seen, kills) {
  for (const mutant of kills) if (!(await search.tells(item, seen, mutant))) return false;
  return true;
}

module.exports = { makePlainer, settled, stillWorth };
