'use strict';
/**
 * What came out of a call, as a tree that can be compared and written as the expectation of a test.
 *
 * Parts that differ between two runs of the same call (ids, random numbers) are known by their kind only.
 */
const { literal } = require('./nodes.cjs');
const { isZod } = require('./server/schema-shapes.cjs');

const LONGEST_TEXT = 300;
const MOST_ITEMS = 40;
const DEEPEST = 7;

const STACK = /\n {4}at (.+ \()?[^()\n]+:\d+:\d+\)?/; // only its first line is the module's affair

const CONTAINING = new WeakSet();
const any = (of) => ({ t: 'any', of });

/** Mark an object of which a test names some properties only. */
function containing(value) {
  CONTAINING.add(value);
  return value;
}

/** Return the tree for a value; `isDouble` tells doubles, which are never looked into. */
function pictureOf(value, isDouble, depth = 0, above = []) {
  if (value === null || ['undefined', 'boolean', 'number', 'bigint'].includes(typeof value)) return { t: 'value', v: value };
  if (typeof value === 'string' && STACK.test(value)) return { t: 'starts', with: value.split('\n', 1)[0], v: value.split('\n', 1)[0] };
  if (typeof value === 'string') return value.length > LONGEST_TEXT ? { t: 'starts', with: value.slice(0, 80), v: value } : { t: 'value', v: value };
  if (typeof value === 'symbol') return any('Symbol');
  if (isDouble(value)) return { t: 'anything' };
  if (typeof value === 'function') return any('Function');
  if (depth > DEEPEST || above.includes(value)) return { t: 'anything' };
  const inner = (each) => pictureOf(each, isDouble, depth + 1, [...above, value]);
  return objectPicture(value, inner);
}

function objectPicture(value, inner) {
  const tag = Object.prototype.toString.call(value);
  if (CONTAINING.has(value)) return { t: 'containing', items: [inner(Object.assign({}, value))] };
  if (Array.isArray(value)) return value.length > MOST_ITEMS ? any('Array') : { t: 'list', items: value.map(inner) };
  if (tag === '[object Date]') return { t: 'date', v: value.getTime() };
  if (tag === '[object RegExp]') return { t: 'code', code: String(value) };
  if (tag === '[object URLSearchParams]') return queryPicture(String(value));
  if (tag === '[object Map]') return { t: 'map', pairs: [...value].slice(0, MOST_ITEMS).map(([key, each]) => [inner(key), inner(each)]) };
  if (tag === '[object Set]') return { t: 'set', items: [...value].slice(0, MOST_ITEMS).map(inner) };
  if (tag === '[object Promise]') return any('Promise');
  if (tag === '[object Uint8Array]') return bytesPicture(value);
  if (isError(value)) return madeError(value, inner);
  if (isZod(value)) return value.description ? { t: 'containing', items: [{ t: 'object', props: [['description', inner(value.description)]] }] } : { t: 'anything' };
  const props = Object.entries(value);
  // What stands under a symbol is compared by runners, but has no name that a test could write.
  if (Object.getOwnPropertySymbols(value).length > 0) return { t: 'containing', items: [inner(Object.fromEntries(props))] };
  if (props.length > MOST_ITEMS) return { t: 'anything' };
  if (props.length === 0 && !isPlain(value)) return { t: 'anything' };
  return { t: 'object', props: props.filter(([, each]) => each !== undefined).map(([key, each]) => [key, inner(each)]) };
}

function queryPicture(text) {
  return text.length > LONGEST_TEXT ? any('URLSearchParams') : { t: 'code', code: `new URLSearchParams(${literal(text)})` };
}

function bytesPicture(bytes) {
  if (bytes.length > 64) return any('Uint8Array');
  return { t: 'code', code: `Buffer.from('${Buffer.from(bytes).toString('hex')}', 'hex')` };
}

function isPlain(value) {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype.constructor?.name === 'Object';
}

function isError(value) {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

/** An error that is a value: its own name is one of its properties. */
function madeError(error, inner) {
  const picture = errorPicture(error, inner);
  const name = Object.hasOwn(error, 'name') ? [['name', inner(error.name)]] : [];
  return { t: 'error', ...picture, props: [...name, ...picture.props.filter(([, each]) => !(each.t === 'value' && each.v === undefined))] };
}

/** The name, message and own properties of an error; a message that is no text is one of these. */
function errorPicture(error, inner) {
  const own = Object.entries(error ?? {}).filter(([key, each]) => !['name', 'message', 'stack'].includes(key) && typeof each !== 'function');
  const name = error?.constructor?.name ?? 'Error';
  const isText = typeof (error?.message ?? '') === 'string';
  const told = isText ? own : [['message', error.message], ...own];
  return { name, message: isText ? String(error?.message ?? error) : '', props: told.slice(0, 8).map(([key, each]) => [key, inner(each)]) };
}

/** Return what two runs have in common; undefined when their structure differs. */
function common(a, b) {
  if (a.t === 'any' || b.t === 'any') return kindOf(a) !== undefined && kindOf(a) === kindOf(b) ? any(kindOf(a)) : undefined;
  if (a.t !== b.t) return undefined;
  if (a.t === 'value') {
    if (Object.is(a.v, b.v)) return a;
    return typeof a.v === typeof b.v && ['string', 'number'].includes(typeof a.v) ? any(typeof a.v === 'string' ? 'String' : 'Number') : undefined;
  }
  if (a.t === 'starts') return a.v === b.v ? a : any('String');
  if (a.t === 'date') return a.v === b.v ? a : any('Date');
  if (a.t === 'code') return a.code === b.code ? a : undefined;
  if (a.t === 'error') return a.message === b.message ? commonPairs(a, b) : undefined;
  if (a.t === 'list' || a.t === 'set') return a.items.length === b.items.length ? all(a, 'items', a.items.map((each, index) => common(each, b.items[index]))) : undefined;
  if (a.t === 'containing') return all(a, 'items', [common(a.items[0], b.items[0])]);
  if (a.t === 'map' || a.t === 'object') return commonPairs(a, b);
  return a;
}

function commonPairs(a, b) {
  const name = a.t === 'map' ? 'pairs' : 'props';
  if (a[name].length !== b[name].length) return undefined;
  const pairs = a[name].map(([key, each], index) => {
    const [other, value] = b[name][index];
    if (name === 'props' && key !== other) return undefined;
    const same = common(each, value);
    const both = a.t === 'map' ? common(key, other) : key;
    return same === undefined || both === undefined ? undefined : [both, same]; // a key may be ''
  });
  return all(a, name, pairs);
}

function all(node, name, parts) {
  return parts.every((each) => each !== undefined) ? { ...node, [name]: parts } : undefined;
}

/** The pictures of what is directly inside. */
function insideOf({ items, props, pairs }) {
  return items ?? props?.map(([, each]) => each) ?? pairs?.flat() ?? [];
}

/** Say whether of some of it only the kind is known. */
function isVague(picture) {
  return picture.t === 'any' || insideOf(picture).some(isVague);
}

/** Say whether an expectation holds for what came out, as `toEqual` would. */
function fits(expected, actual) {
  if (expected.t === 'anything') return !(actual.t === 'value' && (actual.v === null || actual.v === undefined));
  if (expected.t === 'any') return kindOf(actual) === expected.of;
  if (expected.t === 'starts') return (actual.t === 'starts' || actual.t === 'value') && String(actual.v).includes(expected.with);
  if (expected.t !== actual.t) return false;
  if (expected.t === 'value' || expected.t === 'date') return Object.is(expected.v, actual.v);
  if (expected.t === 'code') return expected.code === actual.code;
  if (expected.t === 'error' && expected.message !== actual.message) return false;
  const name = expected.t === 'map' ? 'pairs' : ['object', 'error'].includes(expected.t) ? 'props' : 'items';
  const [left, right] = [expected[name], actual[name]];
  if (left.length !== right.length) return false;
  if (name === 'items') return left.every((each, index) => fits(each, right[index]));
  if (name === 'pairs') return left.every(([key, each], index) => fits(key, right[index][0]) && fits(each, right[index][1]));
  const others = new Map(right);
  return left.every(([key, each]) => others.has(key) && fits(each, others.get(key)));
}

function kindOf(picture) {
  if (picture.t === 'any') return picture.of;
  if (picture.t === 'starts') return 'String';
  if (picture.t === 'date') return 'Date';
  if (picture.t === 'list') return 'Array';
  return { string: 'String', number: 'Number' }[typeof picture.v];
}

/** Write an expectation as source; `isOpen` leaves room for more properties than those that were looked at. */
function expectation(picture, braces, isOpen = false) {
  if (isOpen) return `expect.objectContaining(${openParts(picture, braces)})`;
  const inner = (each) => expectation(each, braces);
  switch (picture.t) {
    case 'value': return literal(picture.v);
    case 'starts': return `expect.stringContaining(${literal(picture.with)})`;
    case 'any': return picture.of === 'Symbol' ? 'expect.anything()' : `expect.any(${picture.of})`;
    case 'anything': return 'expect.anything()';
    case 'date': return Number.isNaN(picture.v) ? 'new Date(NaN)' : `new Date('${new Date(picture.v).toISOString()}')`;
    case 'code': return picture.code;
    case 'error': return `expect.objectContaining(${braces([...toldIn(picture), ...picture.props.map(([key, each]) => [key, inner(each)])])})`;
    case 'containing': return `expect.objectContaining(${inner(picture.items[0])})`;
    case 'list': return `[${picture.items.map(inner).join(', ')}]`;
    case 'set': return `new Set([${picture.items.map(inner).join(', ')}])`;
    case 'map': return `new Map([${picture.pairs.map(([key, each]) => `[${inner(key)}, ${inner(each)}]`).join(', ')}])`;
    default: return braces(picture.props.map(([key, each]) => [key, inner(each)]));
  }
}

/** A refusal of a schema: the issues with what was looked at of each. */
function openParts(picture, braces) {
  const error = picture.props.find(([key]) => key === 'error');
  if (!error) return expectation(picture, braces);
  const issues = error[1].props[0][1].items.map((each) => `expect.objectContaining(${expectation(each, braces)})`);
  return `{ success: false, error: expect.objectContaining({ issues: [${issues.join(', ')}] }) }`;
}

/** The message of an error, where it is a text. */
function toldIn({ message, props }) {
  return props.some(([key]) => key === 'message') ? [] : [['message', literal(message)]];
}

module.exports = { common, containing, errorPicture, expectation, fits, insideOf, isError, isVague, pictureOf };
