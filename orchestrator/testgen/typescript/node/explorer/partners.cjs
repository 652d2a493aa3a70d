'use strict';
/** Finds with what else of a case a value that decides is compared, or is the same as: a title then tells the relation. */
const { isFree } = require('./decisive-fields.cjs');
const { leavesOf, reverted } = require('./differences.cjs');

const ANOTHER = 1009; // added to a value to see whether it is that which is compared
const MOST_SAME = 4; // other places in which a text stands

/**
 * Note at spots that decide with what else of the case they are compared, or are the same as: `partner` is {path, node, isAsker}.
 *
 * What is not compared by an operator, as by a Set, is not seen: there `isAlike(then, seen)` says that the same comes out of
 * another text in all its places.
 */
async function findPartners({ caller }, { item, seen: outcome }, why, isAlike) {
  const known = new Set(); // what is told already
  const comparisons = async (one) => (await caller.call(one, { collect: true })).seen.filter(([operator]) => operator !== 'in');
  const open = why.filter(({ decides, to }) => decides && isComparable(to));
  const seen = open.length > 0 ? await comparisons(item) : [];
  for (const spot of open) {
    spot.isPartner = known.has(spot.path.join());
    if (spot.isPartner) continue;
    const isPair = (pairs, other) => pairs.some(([, ...sides]) => sides.some((each, at) => Object.is(each, spot.to.v) && Object.is(sides[1 - at], other)));
    for (const leaf of leavesOf(item)) {
      const { path, node } = leaf;
      if (typeof node.v !== typeof spot.to.v || path.join() === spot.path.join() || !isPair(seen, node.v)) continue;
      const other = another(node); // the same value may stand elsewhere
      if (!isPair(await comparisons(reverted(item, { path, from: other })), other.v)) continue;
      spot.partner = { ...leaf, isAsker: isAsker(item, path) };
      break;
    }
    if (!spot.partner && isAlike) spot.partner = await sameAs({ caller }, item, spot, (then) => isAlike(then, outcome));
    if (spot.partner) known.add(spot.partner.path.join());
  }
}

/** The place that has to hold the same text as a spot; undefined where the text itself decides. Who asks comes first. */
async function sameAs({ caller }, item, spot, isAsBefore) {
  if (typeof spot.to.v !== 'string' || !isFree(spot.to)) return undefined;
  const places = [...leavesOf(item)].filter(({ path, node }) => node.v === spot.to.v && path.join() !== spot.path.join()).map((each) => ({ ...each, isAsker: isAsker(item, each.path) }));
  if (places.length === 0 || places.length > MOST_SAME) return undefined;
  const outcomeOf = async (spots) => caller.call(spots.reduce((one, { path, node }) => reverted(one, { path, from: another(node) }), item));
  const whole = [{ path: spot.path, node: spot.to }, ...places];
  if (!isAsBefore(await outcomeOf(whole))) return undefined;
  const needed = [];
  for (const each of places) if (!isAsBefore(await outcomeOf(whole.filter((one) => one !== each)))) needed.push(each);
  return needed.find((each) => each.isAsker) ?? needed[0];
}

function isAsker({ subject: { form, settings } }, [part, index, where, name]) {
  return Boolean(form) && part === 'args' && index === 0 && where === 'headers' && name !== undefined && name === settings.credential?.header;
}

function another(node) {
  return { ...node, v: typeof node.v === 'number' ? node.v + ANOTHER : `${node.v}${ANOTHER}` };
}

function isComparable(node) {
  return node?.t === 'value' && ['string', 'number'].includes(typeof node.v) && node.v !== '';
}

module.exports = { findPartners };
