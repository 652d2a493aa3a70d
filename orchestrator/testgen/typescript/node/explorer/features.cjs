'use strict';
/** What a case is given, bit by bit: [where it stands, its name, its source]. A title says in what one differs from others. */
const { plural, singular } = require('./condition-names.cjs');
const { spelled } = require('./nodes.cjs');

const DEEPEST = 3;
const MOST = 60;
const UNITS = [['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000], ['second', 1000], ['millisecond', 1]];

/** The bits of what an object is made of, of the arguments, and of what doubles answer. */
function featuresOf({ subject, args, ctor, steps }, answered, nameOf) {
  const found = [];
  const add = (where, name, text) => { if (found.length < MOST) found.push([where, name, text]); };
  for (const [index, node] of args.entries()) walk(node, nameOf(subject, index), nameOf(subject, index), add, 0);
  for (const [index, { node }] of answered.entries()) walk(node, `answer ${index}`, '', add, 0);
  for (const [at, step] of steps.entries()) for (const [index, node] of step.args.entries()) walk(node, `step ${at} ${index}`, node.name ?? '', add, 0);
  for (const [index, node] of ctor.entries()) walk(node, `made of ${index}`, subject.ctor?.[index]?.name ?? '', add, 0);
  return found;
}

function walk(node, where, name, add, depth) {
  if (depth > DEEPEST) return;
  if (node.t === 'value' && node.v !== undefined) add(where, name, spelled(node.v));
  else if (node.t === 'fn' && isTime(node.returns?.v) && isTime(node.later?.v) && node.later.v > node.returns.v) add(`${where} #`, '', `a clock that goes on by ${durationOf(node.later.v - node.returns.v)}`);
  else if (node.t === 'json') walk(node.of, where, name, add, depth);
  else if (node.t === 'list') {
    const areRows = !name && where.startsWith('answer') && node.items.every((each) => each.t === 'object');
    if (areRows) add(`${where} #`, '', `${node.items.length || 'no'} row${node.items.length === 1 ? '' : 's'}`);
    if (name) add(`${where} #`, '', countOf(node.items.length, name));
    for (const [index, each] of node.items.entries()) walk(each, `${where} ${index}`, singular(name), add, depth + (each.t === 'object' ? 0 : 1));
  } else if (node.t === 'object' || node.t === 'stub') {
    for (const [key, each] of node.props) walk(each, `${where}.${key}`, key, add, depth + 1);
  }
}

/** How much is in a list that has a name: "3 lines", "an empty list as value". */
function countOf(count, name) {
  if (name === singular(name)) return `${count === 0 ? 'an empty list' : `a list of ${count === 1 ? 'one' : count}`} as ${name}`;
  return `${count || 'no'} ${count === 1 ? singular(name) : plural(name)}`;
}

/** Say whether a number is a time in milliseconds, as clocks show it. */
function isTime(number) {
  return Number.isInteger(number) && number > 1e12;
}

function durationOf(milliseconds) {
  const [name, length] = UNITS.find(([, each]) => milliseconds % each === 0);
  const count = milliseconds / length;
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

module.exports = { durationOf, featuresOf, isTime };
