'use strict';
/** Makes rows agree with the query that they answer: what was asked for by an id has this id, and only columns that were asked for come. */

const COLUMN = /^\w+$/;
const MOST_ROWS = 3;

/** The node for an answer with what its query says of the rows; itself where that says nothing. */
function fitted(node, query) {
  if (!query || node.isFault) return node;
  const columns = columnsOf(query);
  const found = columns.length > 0 && node.t === 'list' && node.items.length <= MOST_ROWS && node.items.every((each) => each.t === 'value' && typeof each.v === 'string') ? rowsOf(node, columns) : node;
  const known = conditionsIn(query);
  if (known.size === 0) return found;
  if (found.t === 'list') return { ...found, items: found.items.map((each) => withKnown(each, known)) };
  return withKnown(found, known);
}

/** What a query says of columns: `where({ id })`, `where('id', id)`. */
function conditionsIn(query) {
  const known = new Map();
  for (const [word, ...args] of query) {
    if (!/^(where|andWhere)$/.test(word)) continue;
    const pairs = args.length === 2 ? [args] : isPlain(args[0]) ? Object.entries(args[0]) : [];
    for (const [key, value] of pairs) if (typeof key === 'string' && (value === null || ['string', 'number', 'boolean'].includes(typeof value))) known.set(key.split('.').at(-1), value);
  }
  return known;
}

function isPlain(value) {
  return value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;
}

function withKnown(node, known) {
  if (node.t !== 'object') return node;
  return { ...node, props: node.props.map(([key, each]) => [key, each.t === 'value' && known.has(key) && each.v !== known.get(key) ? { ...each, v: known.get(key) } : each]) };
}

/** The columns that a query names, all of them plainly. */
function columnsOf(query) {
  const named = query.filter(([word]) => word === 'select').flatMap(([, ...args]) => args.flat());
  return named.every((each) => typeof each === 'string' && COLUMN.test(each)) ? named : [];
}

/** As many rows of these columns as there are texts where nobody knows what comes. */
function rowsOf(node, columns) {
  const row = (at) => ({ t: 'object', props: columns.map((key) => [key, { t: 'value', v: `${key}-${at + 1}` }]) });
  return { ...node, items: node.items.map((_, at) => row(at)) };
}

module.exports = { fitted };
