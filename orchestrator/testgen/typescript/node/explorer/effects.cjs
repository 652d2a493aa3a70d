'use strict';
/** Says in words what a call wrote, where that is all it is for: "sets read_at of the notification". */
const { named, plural, singular } = require('./condition-names.cjs');

const MOST_COLUMNS = 2;
const QUERIES = { // that are texts
  insert: /^\s*insert\s+into\s+(?:["`]?\w+["`]?\.)?["`]?(\w+)["`]?\s*(?:\(|(?:values|select|default)\b)/i,
  update: /^\s*update\s+(?:["`]?\w+["`]?\.)?["`]?(\w+)["`]?\s+set\s+["`]?\w+["`]?\s*=/i,
  delete: /^\s*delete\s+from\s+(?:["`]?\w+["`]?\.)?["`]?(\w+)["`]?\s*(?:$|;|(?:where|using|returning)\b)/i,
};

/** The words for the last thing that was written; '' for a call that wrote nothing. */
function effectOf({ kind, value, clients }) {
  if (kind !== 'value') return '';
  const queries = clients.flatMap(({ calls }) => calls.items ?? []).map((each) => each.items.map((step) => step.items));
  const isCounted = value.t === 'value' && typeof value.v === 'number';
  return queries.map((each) => writtenBy(each, isCounted)).filter(Boolean).at(-1) ?? '';
}

function writtenBy(steps, isCounted) {
  const texts = steps.flatMap(([, first]) => (typeof first?.v === 'string' ? [first.v] : [])); // a query is what comes first
  for (const [word, form] of Object.entries(QUERIES)) {
    const [, place] = texts.map((each) => form.exec(each)).find(Boolean) ?? [];
    if (place) return told(word, place, []);
  }
  const table = steps[0].length === 1 ? steps[0][0].v : undefined; // db('users')
  const change = steps.find(([word, ...args]) => args.length > 0 || /^del/.test(word?.v) ? /^(insert|update|delete|del)$/.test(word?.v) : false);
  if (typeof table !== 'string' || !/^\w+$/.test(table) || !change) return '';
  return told(change[0].v, table, change[1]?.props?.map(([key]) => key) ?? [], isCounted && areOfOne(steps));
}

/** Say whether all rows of one thing are meant: `where({ user_id })`. */
function areOfOne(steps) {
  const keys = steps.flatMap(([word, where]) => (word?.v === 'where' ? where?.props?.map(([key]) => key) ?? [] : []));
  return keys.filter((each) => /_id$|Id$/.test(each)).length === 1 && !keys.some((each) => /^_?id$/.test(each));
}

function told(word, table, columns, areMany = false) {
  const one = named(areMany ? plural(table) : singular(table));
  if (word === 'insert') return `adds ${/^[aeiou]/.test(one) ? 'an' : 'a'} ${one}`;
  if (word !== 'update') return `deletes the ${one}`;
  return columns.length > 0 && columns.length <= MOST_COLUMNS ? `sets ${columns.join(' and ')} of the ${one}` : `changes the ${one}`;
}

module.exports = { effectOf };
