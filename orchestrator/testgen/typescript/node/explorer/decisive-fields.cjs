'use strict';
/**
 * Finds which fields of rows and of objects that go in decide a case: a test says them where it uses such an object.
 *
 * A field decides if with something else there, that its type allows, something else comes out or other queries are made.
 */
const { childOf, leavesOf, reverted } = require('./differences.cjs');
const { isStructural } = require('./condition-names.cjs');
const { partOf } = require('./server/request-words.cjs');

const MOST_FIELDS = 20; // of one case
const MOST_OTHERS = 3; // values of one field
const ANOTHER = 1009; // added to a value that is compared

/**
 * The spots {path, from, to, isTold} of a case of which the fields decide, those first that decide what an object says;
 * `isTold` are those that a title can tell. `sortOf` tells one outcome from another.
 */
async function decisiveFields({ caller, cases }, { item, seen }, { sortOf, isOver }) {
  const found = await whoAsks({ caller }, { item, seen }, sortOf);
  const fields = fieldsOf(item).sort((a, b) => Number(isFree(a.node)) - Number(isFree(b.node)));
  for (const { path, node } of fields.slice(0, MOST_FIELDS)) {
    for (const other of othersFor(cases.values, node)) {
      if (isOver()) return found;
      const then = await caller.call(reverted(item, { path, from: other }));
      const rank = rankOf(path.at(-1), seen, then, { sortOf, isFree: isFree(node) });
      if (rank === undefined) continue;
      const isBound = typeof node.v === 'number' && seen.kind === 'error';
      found.push({ path, from: undefined, to: node, rank, isTold: rank === 0 || isBound || (!isFree(node) && node.v !== false) });
      break;
    }
  }
  return found.sort((a, b) => a.rank - b.rank);
}

/** The token of a request that a hook lets through, and would not let through without. */
async function whoAsks({ caller }, { item, seen }, sortOf) {
  const { isProbe, form, settings } = item.subject;
  if (!isProbe || !form || !settings.credential) return [];
  const path = ['args', 0, 'headers', settings.credential.header];
  const token = partOf(item.args[0], 'headers', settings.credential.header);
  if (!token || token.t === 'value') return [];
  const then = await caller.call(reverted(item, { path, from: undefined }));
  return sortOf(then) === sortOf(seen) ? [] : [{ path, from: undefined, to: token, rank: 0, isTold: true }];
}

/** What stands under a name in an object; a request is written out in its test anyway. */
function fieldsOf(item) {
  return [...leavesOf(item)].filter(({ path: [part, index, ...rest] }) => {
    const isRequest = part === 'args' && index === 0 && item.subject.form;
    return rest.length > 0 && !isRequest && !isStructural(rest.at(-1)) && !rest.includes('returns');
  });
}

/** Other values that the type of a field has. */
function othersFor(values, node) {
  const { v, fixed } = node;
  if (fixed || v === undefined) return [];
  if (typeof v === 'boolean') return [{ ...node, v: !v }];
  const shape = node.union ?? node.shape;
  if (!isFree(node)) return shape ? values.of(shape, node.name ?? '').filter((each) => each.t === 'value' && each.v !== undefined && each.v !== v).slice(0, MOST_OTHERS) : [];
  const nothing = partsOf(shape).some((each) => each.k === 'null') ? [{ ...node, v: null }] : [];
  if (typeof v === 'number') return [{ ...node, v: v + ANOTHER }, { ...node, v: 0 }, ...nothing].filter((each) => each.v !== v);
  return typeof v === 'string' ? [{ ...node, v: `${v}${ANOTHER}` }, ...nothing] : [];
}

/** Say whether a text or number is one of countless others. */
function isFree(node) {
  if (node.v === null || typeof node.v === 'boolean') return false;
  return !partsOf(node.union ?? node.shape).every((each) => ['literal', 'boolean', 'null', 'undefined'].includes(each.k));
}

function partsOf(shape) {
  return Array.isArray(shape?.of) ? shape.of : [shape ?? { k: 'any' }];
}

/** How a field decides: 0 what an object says, 1 what comes out or is asked; undefined where it does not. What comes out again decides nothing. */
function rankOf(name, seen, then, { sortOf, isFree: isAnything }) {
  const [mine, other] = [seen, then].map((each) => sortOf(withoutEcho(each, name)));
  const isObject = seen.kind === 'value' && seen.value.t === 'object';
  const isFlag = seen.kind === 'value' && typeof seen.value.v === 'boolean';
  const isOther = isAnything ? seen.kind !== then.kind || ((isObject || isFlag) && mine !== other) : mine !== other || !isSameText(seen, then) || queriesIn(seen) !== queriesIn(then);
  if (!isOther) return undefined;
  return isObject && then.value?.t === 'object' ? 0 : 1;
}

function isSameText({ value: a }, { value: b }) {
  return a?.t !== 'value' || b?.t !== 'value' || Object.is(a.v, b.v);
}

function queriesIn({ clients }) {
  return clients.reduce((sum, { calls }) => sum + (calls.items?.length ?? 0), 0);
}

function withoutEcho(seen, name) {
  return seen.kind === 'value' ? { ...seen, value: without(seen.value, name) } : seen;
}

/** An object without what stands in it under a name, and in those in it. */
function without(picture, name) {
  if (picture.t !== 'object') return picture;
  return { ...picture, props: picture.props.filter(([key]) => key !== name).map(([key, each]) => [key, without(each, name)]) };
}

/** The nodes in which decisive fields stand, with their names: Map of node -> [name]. */
function holdersOf({ fields = [], ...item }, answered) {
  const found = new Map();
  for (const { path: [part, index, ...rest] } of fields) {
    const roots = part === 'answers' ? answered.filter(({ key }) => key === index).map(({ node }) => node) : [item[part][index]];
    for (const root of roots) {
      const holder = rest.slice(0, -1).reduce((node, key) => node && childOf(node, key), root);
      if (holder) found.set(holder, [...(found.get(holder) ?? []), rest.at(-1)]);
    }
  }
  return found;
}

module.exports = { decisiveFields, holdersOf, isFree };
