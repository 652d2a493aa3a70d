'use strict';
/**
 * Finds what decides in a kept case: it is compared with an ordinary case of its subject, spot by spot.
 *
 * What can be as it is there without loss becomes so; of the rest it is tried whether the outcome would be another one.
 * Tests then differ from the ordinary one in what their titles say. Nothing here is drawn by chance.
 */
const { decisiveFields, isFree } = require('./decisive-fields.cjs');
const { childOf, differences, leavesOf, reverted } = require('./differences.cjs');
const { oddnessOf } = require('./oddness.cjs');
const { findPartners } = require('./partners.cjs');
const { settled } = require('./plainer.cjs');

const MOST_SPOTS = 24;
const MOST_TRIES = 30; // of one case
const MOST_PARTS = 2; // of an object that are told one by one
const DEEPEST = 2; // objects in one another
const REASON = /^(reason|why|message|error|code|status|state|decision|verdict|outcome)$/;
const APART = new Set(['constant', 'config', 'schema']); // whose titles say what goes in anyway

/** Tell of each kept case in which spots it differs from an ordinary one, those first that decide, and which of its fields do. */
async function findDeciding(search, isOver) {
  for (const subject of search.subjects) {
    const places = [...search.kept.keys()].filter((each) => search.kept[each].item.subject === subject);
    if (APART.has(subject.kind) || places.length === 0) continue;
    search.cases.values.subject = subject;
    if (places.length > 1) await compareAll(search, places, isOver);
    for (const each of places) {
      if (isOver()) return;
      const { item } = search.kept[each];
      search.kept[each] = { ...search.kept[each], item: { ...item, fields: await decisiveFields(search, search.kept[each], { sortOf, isOver }) } };
    }
  }
}

async function compareAll(search, places, isOver) {
  const ordinary = search.kept[ordinaryOf(places, search.kept)];
  for (const each of places) {
    if (isOver()) return;
    if (search.kept[each] !== ordinary) search.kept[each] = await compared(search, search.kept[each], ordinary, isOver);
  }
  ordinary.item = { ...ordinary.item, why: await alikeIn(search, ordinary) };
}

/** The first case that ends well: what is natural is tried first. */
function ordinaryOf(places, kept) {
  const ranked = places.map((each) => [each, goodnessOf(kept[each])]);
  const best = Math.max(...ranked.map(([, rank]) => rank));
  return ranked.find(([, rank]) => rank === best)[0];
}

function goodnessOf({ item, seen }) {
  if (seen.kind !== 'value' || seen.answered.some(({ node }) => node.isFault)) return 0;
  const status = statusOf(seen);
  if (status !== undefined) return status < 300 ? 3 : status < 400 ? 2 : 1;
  const { value } = seen;
  const isNothing = (value.t === 'value' && (value.v === null || value.v === undefined || value.v === false)) || (value.t === 'list' && value.items.length === 0);
  return isNothing ? 2 : item.steps.length > 0 ? 2 : 3;
}

async function compared(search, entry, ordinary, isOver) {
  const natural = (key) => search.caller.world.answerFor(key.slice(0, key.lastIndexOf(':')));
  const spotsOf = (one) => [...differences(one.item, ordinary.item, natural)];
  if (spotsOf(entry).length > MOST_SPOTS) return entry;
  const likeOrdinary = async (worth) => {
    let found = entry;
    let spots = spotsOf(found);
    let tries = 0;
    for (let at = 0; at < spots.length && tries < MOST_TRIES && !isOver();) {
      if (isNatural(spots[at], natural)) { at += 1; continue; }
      tries += 1;
      const item = reverted(found.item, spots[at]);
      const next = item && (await worth(search, found, item, refusedAlike(found)));
      if (!next || isOdder(search, next, found)) { at += 1; continue; }
      found = next;
      spots = spotsOf(found);
    }
    return found;
  };
  const found = await settled(search, entry, likeOrdinary);
  const why = [];
  for (const spot of spotsOf(found)) {
    const parts = await decidingParts(search, found, spot);
    why.push(...(parts.length > 0 ? parts : [{ ...spot, ...(await verdictOn(search, found, spot)) }]));
  }
  await findPartners(search, found, why, isAlike);
  const others = why.filter((each) => !each.decides && !isNatural(each, natural));
  return { ...found, item: { ...found.item, why: [...why.filter((each) => each.decides), ...others] } };
}

/** Say whether a text in an answer is what stands there naturally: only the ordinary case was given another one, to show something. */
function isNatural({ path: [part, key, ...rest], to }, natural) {
  if (part !== 'answers' || typeof to?.v !== 'string' || !isFree(to)) return false;
  return rest.reduce((node, step) => node && childOf(node, step), natural(key))?.v === to.v;
}

/** Say whether a case or what comes out of it looks stranger than before. */
function isOdder({ cases }, next, before) {
  const { facts } = cases.values;
  return oddnessOf(next.item, next.seen, facts) > oddnessOf(before.item, before.seen, facts);
}

/** A request that is refused for several reasons may be refused for one of them alone, if it is worth something besides. */
function refusedAlike({ seen, goals, kills }) {
  const status = seen.kind === 'value' ? statusOf(seen) : undefined;
  if (!(status >= 400 && status < 500) || goals.length + kills.length === 0) return undefined;
  return (then) => then.kind === 'value' && statusOf(then) === status;
}

/** Say whether the outcome is another one with a spot as it is in the ordinary case, or only the way to it (`isWay`), perhaps that for which the case is kept (`isKept`). */
async function verdictOn({ caller }, { item, seen, goals }, spot) {
  const other = reverted(item, spot);
  if (!other) return { decides: true };
  const then = await caller.call(other);
  const isLost = (each) => !then.goals.has(each);
  if (!isAlike(then, seen)) return { decides: true };
  return [...seen.goals].some(isLost) ? { decides: true, isWay: true, isKept: goals.some(isLost) } : { decides: false };
}

/** The spots in an object that stands where there is none otherwise, without which the outcome would be another one. */
async function decidingParts(search, found, { path, from, to }) {
  if (to?.t !== 'object' || from?.t === 'object' || to.props.length > MOST_SPOTS || path[0] === 'answers') return [];
  const parts = [];
  for (const [name, each] of to.props) {
    const part = { path: [...path, name], from: undefined, to: each };
    const verdict = await verdictOn(search, found, part);
    if (verdict.decides) parts.push({ ...part, ...verdict });
  }
  return parts.sort((a, b) => Boolean(a.isWay) - Boolean(b.isWay)).slice(0, MOST_PARTS);
}

/** The spot in an ordinary case that is asked to be the same as another one, and is. */
async function alikeIn(search, entry) {
  const why = [...leavesOf(entry.item)].filter(({ node }) => typeof node.v === 'string').map(({ path, node }) => ({ path, from: undefined, to: node, decides: true }));
  await findPartners(search, entry, why);
  return why.filter(({ to, partner }) => partner?.node.v === to.v).slice(0, 1);
}

/** Say whether a title would tell the same of two outcomes. */
function isAlike(then, seen) {
  return sortOf(then) === sortOf(seen) && reasonOf(then) === reasonOf(seen);
}

/** What a title tells of an outcome. */
function sortOf(seen) {
  if (seen.kind !== 'value') return `${seen.kind} ${seen.error?.message ?? ''}`;
  const status = statusOf(seen);
  if (status !== undefined) return `${status} ${status < 400 ? '' : JSON.stringify(partOf(seen, 'body'))}`;
  const { value } = seen;
  if (value.t === 'value') return typeof value.v === 'string' ? 'a text' : String(value.v);
  if (value.t === 'object') return JSON.stringify(flagsIn(value, DEEPEST));
  return value.t === 'list' ? `list ${value.items.length === 0}` : value.t;
}

/** What is true, false or nothing in an object and in those in it. */
function flagsIn({ props }, depth) {
  return props.flatMap(([key, each]) => {
    if (each.t === 'object' && depth > 0) return flagsIn(each, depth - 1).map(([below, flag]) => [`${key}.${below}`, flag]);
    return typeof each.v === 'boolean' || each.v === null ? [[key, each.v]] : [];
  });
}

/** What an object gives as the reason for what it says. */
function reasonOf({ kind, value }) {
  const told = kind === 'value' && value.t === 'object' ? value.props : [];
  return JSON.stringify(told.filter(([key, each]) => REASON.test(key) && typeof each.v === 'string').map(([key, each]) => [key, each.v]));
}

function statusOf(seen) {
  const status = partOf(seen, 'status');
  return typeof status?.v === 'number' && partOf(seen, 'body') !== undefined ? status.v : undefined;
}

function partOf(seen, name) {
  return seen.value.props?.find(([key]) => key === name)?.[1];
}

module.exports = { findDeciding };
