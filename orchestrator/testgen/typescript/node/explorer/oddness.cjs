'use strict';
/**
 * How strange to a reader a case looks: 0 is what a person would write first.
 *
 * What looks strange has to be worth it: the selection gives up a few mutants for something plainer.
 */
const { places } = require('./nodes.cjs');
const { isOddNumber } = require('./numbers.cjs');
const { insideOf } = require('./pictures.cjs');

const TIME = /(^|[_a-z])(at|date|day|time)$|[a-z](At|Date|Day|Time)$/;
const ODD_TEXT = /[<>&"\\]|^\s|\s$|\s\s|^$/;
const NAMED = /(^|_|[a-z])(id|name|key|slug|kind|type|role|device|user)$/i;
const COMMON = 4; // letters of names
const [A_LITTLE, SOME, MORE, MUCH] = [0.4, 1.5, 2, 3]; // what reaches something stays, if not for much

/** `knows` are words of the module's text: what it looks for itself is nothing strange. */
function oddnessOf(item, seen, { knows = [] }) {
  const given = [...item.args, ...item.ctor, ...item.steps.flatMap((each) => each.args)];
  const isRefused = seen.kind === 'error';
  const handled = item.subject.kind === 'route' ? [...knows, 'catch'] : knows; // somebody answers a request that fails
  let found = isLong(seen.value) ? MORE : isEcho(seen) ? A_LITTLE : 0;
  for (const node of [...given, ...item.answers.values()]) {
    for (const [each] of places(node, () => undefined)) found += ofNode(each, item, isRefused, handled);
  }
  return Math.min(Math.round(found * 10) / 10, MUCH);
}

function ofNode(node, item, isRefused, knows) {
  if (node.t === 'value') return ofValue(node, isRefused);
  if (node.t === 'fn') return node.throws ? ofFault(knows) : node.later ? ofLater(node) : 0;
  if (isMixedUp(node, item) || (node.t === 'made' && !isRelated(node, item))) return SOME;
  return node.isFault ? ofFault(knows) : 0;
}

function ofValue({ v, name = '' }, isRefused) {
  if (typeof v === 'number') return isOddNumber(name, v) ? (isRefused ? A_LITTLE : SOME) : Number.isInteger(v) ? 0 : A_LITTLE;
  if (typeof v !== 'string') return 0;
  if (TIME.test(name) && (v.length < 10 || Number.isNaN(Date.parse(v)))) return isRefused && !ODD_TEXT.test(v) ? 0 : SOME;
  return NAMED.test(name) && ODD_TEXT.test(v) ? (isRefused ? A_LITTLE : SOME) : 0;
}

/** Say whether a function that makes an input has to do with what is called, by their names: `verifyToken(signToken(…))`. */
function isRelated({ subject: maker, name = '' }, { subject }) {
  const called = maker.export.toLowerCase();
  const around = `${name} ${subject.export} ${subject.member ?? ''}`.toLowerCase();
  for (let at = 0; at + COMMON <= called.length; at += 1) if (around.includes(called.slice(at, at + COMMON))) return true;
  return false;
}

/** What fails outside is of interest where the module does something about it. */
function ofFault(knows) {
  return knows.includes('catch') ? A_LITTLE : MUCH;
}

/** A clock that goes on is usual, one that goes back is not; other functions seldom answer something else the second time. */
function ofLater({ returns, later }) {
  if (typeof returns?.v !== 'number' || typeof later.v !== 'number') return SOME;
  return later.v < returns.v ? MUCH : (later.v - returns.v) % 1000 > 0 ? SOME : 0;
}

/** The id of one thing where that of another one is asked for. */
function isMixedUp({ t, path, step, name = '' }, { steps, subject }) {
  if (t !== 'result') return false;
  const key = String(path.at(-1) ?? '').toLowerCase();
  const wanted = name.toLowerCase();
  if (!key.endsWith('id') || key === wanted) return false;
  if (!wanted.endsWith('id')) return key !== 'id';
  const owner = wanted.slice(0, -2);
  const told = `${steps[step]?.member ?? ''} ${subject.export}`.toLowerCase();
  return key !== 'id' || (owner !== '' && !told.includes(owner));
}

/** Say whether something came out that is no number, of which the module does not know. */
function isNoNumber(picture, { knows = [] }) {
  if (knows.includes('NaN')) return false;
  if (picture.t === 'value' || picture.t === 'date') return Number.isNaN(picture.v);
  return insideOf(picture).some((each) => isNoNumber(each, { knows }));
}

/** Say whether a number comes out that nobody would have worked out by hand. */
function isLong(picture) {
  return picture?.t === 'value' && typeof picture.v === 'number' && String(picture.v).length > 8 && !Number.isInteger(picture.v);
}

/** Say whether a text came out as it went in: that shows little of what is done with it. */
function isEcho({ value, args = [] }) {
  return value?.t === 'value' && typeof value.v === 'string' && args.some((each) => each.t === 'value' && each.v === value.v);
}

module.exports = { isEcho, isLong, isMixedUp, isNoNumber, oddnessOf };
