'use strict';
/** What can be done with a tree of nodes: make the value, write the source, go through it, vary it. */

const { documentOf, writeDocument } = require('./documents.cjs');
const { makeUpload } = require('./server/uploads.cjs');

const NAME = /^[A-Za-z_$][\w$]*$/;
const WORDS = new Set(['true', 'false', 'null', 'undefined', 'NaN', 'Infinity', 'this']); // values, where names are written
const ROUND = new Set([0, 1, 2, 3, 10, 60, 100]); // numbers that need no explanation
const MOST_ALIKE = 24; // letters that are all the same and are written out
const ODD = /[<>&"'\\]|^\s|\s$|\s\s/; // in texts that nobody would give first

/** Make a fresh value. `scene` makes doubles and spies and knows the project's modules. */
function make(node, scene) {
  switch (node.t) {
    case 'value': return node.v;
    case 'list': return node.items.map((each) => make(each, scene));
    case 'object': return Object.fromEntries(node.props.map(([key, each]) => [key, make(each, scene)]));
    case 'json': return JSON.stringify(make(node.of, scene));
    case 'code': return node.make();
    case 'map': return new Map(node.pairs.map(([key, each]) => [make(key, scene), make(each, scene)]));
    case 'set': return new Set(node.items.map((each) => make(each, scene)));
    case 'promise': return Promise.resolve(make(node.of, scene));
    case 'client': return scene.client(node);
    case 'stub': return scene.stubbed(Object.fromEntries(node.props.map(([key, each]) => [key, make(each, scene)])), node);
    case 'fn': return scene.callable(node, (isLater) => make(isLater ? node.later : node.returns, scene));
    case 'new': return new (scene.imported(node.from))(...node.args.map((each) => make(each, scene)));
    case 'filled': return Object.assign(make(node.of, scene), Object.fromEntries(node.props.map(([key, each]) => [key, make(each, scene)])));
    case 'made': return scene.world.offered(node.subject)(...node.args.map((each) => make(each, scene)));
    case 'call': return scene.called(node, () => called(makerOf(scene.imported(node.from), node.from)(...node.args.map((each) => make(each, scene))), node));
    case 'signed': return `${node.prefix}${scene.app.jwt.sign(make(node.of, scene))}`;
    case 'exported': return scene.world.offered({ file: node.file, export: node.exported });
    case 'response': return new Response(JSON.stringify(make(node.of, scene) ?? null), { status: node.status });
    case 'document': return documentOf(node, scene.world.graphql);
    case 'upload': return makeUpload(node);
    case 'result': return scene.given(node);
    default: throw new Error(`no such node: ${node.t}`);
  }
}

/** The function itself, or a method of a new object of its class. */
function makerOf(exported, { member }) {
  if (!member) return exported;
  const owner = new exported();
  return (...args) => owner[member](...args);
}

/** What a function of the project gave: a text, perhaps a part of it behind a word. */
function called(result, node) {
  if (node.isAsync) return Promise.resolve(result).then((each) => called(each, { ...node, isAsync: false }));
  const picked = node.picks ? result[node.picks] : result;
  return node.prefix ? `${node.prefix}${picked}` : picked;
}

/** Wait for whatever is promised inside of a plain value. */
async function settled(value) {
  if (value === null || typeof value !== 'object' || typeof value.then === 'function') return value;
  if (Array.isArray(value)) return Promise.all(value.map(settled));
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(await Promise.all(Object.entries(value).map(async ([key, each]) => [key, await settled(each)])));
}

/** Say whether a part of a node is made asynchronously. */
function isAwaited(node) {
  for (const [each] of places(node, () => undefined)) if (each.t === 'call' && each.isAsync) return true;
  return false;
}

/** Write a node as source. `writer` names doubles and notes what has to be imported. */
function write(node, writer) {
  const inner = (each) => write(each, writer);
  switch (node.t) {
    case 'value': return (writer.literal ?? literal)(node.v);
    case 'list': return `[${node.items.map(inner).join(', ')}]`;
    case 'object': return noted(braces(node.props.map(([key, each]) => [key, inner(each)])), node, writer);
    case 'json': return literal(JSON.stringify(make(node.of, {})));
    case 'code': writer.imports(node.from); return node.code;
    case 'map': return `new Map([${node.pairs.map(([key, each]) => `[${inner(key)}, ${inner(each)}]`).join(', ')}])`;
    case 'set': return `new Set([${node.items.map(inner).join(', ')}])`;
    case 'promise': return `Promise.resolve(${inner(node.of)})`;
    case 'client': return writer.client(node);
    case 'stub': return writer.stub(node);
    case 'fn': return writer.callable(node);
    case 'new': writer.imports(node.from?.name === 'default' ? { ...node.from, as: node.owner } : node.from); return `new ${node.owner}(${node.args.map(inner).join(', ')})`;
    case 'filled': return `Object.assign(${inner(node.of)}, ${braces(node.props.map(([key, each]) => [key, inner(each)]))})`;
    case 'made': return writer.made(node, node.args.map(inner).join(', '));
    case 'call': return writer.called(node, node.args.map(inner).join(', '));
    case 'signed': return writer.signed(node, inner(node.of));
    case 'exported': return writer.exported(node);
    case 'response': return `new Response(JSON.stringify(${inner(node.of)}), { status: ${node.status} })`;
    case 'document': return writeDocument(node, writer);
    case 'upload': return writer.upload(node);
    case 'result': return writer.result(node);
    default: throw new Error(`no such node: ${node.t}`);
  }
}

/** The source of an object, of which the writer may note what it is. */
function noted(source, node, writer) {
  writer.note?.(source, node);
  return source;
}

/** The source of a value, as short as a person would write it. */
function literal(value) {
  return typeof value === 'string' && isMonotonous(value) ? `${quoted(value[0])}.repeat(${value.length})` : spelled(value);
}

/** The source of a value, letter by letter. */
function spelled(value) {
  if (typeof value === 'string') return quoted(value);
  if (Object.is(value, -0)) return '-0';
  return typeof value === 'bigint' ? `${value}n` : String(value);
}

/** Say whether a long text is one letter over and over: only how long it is matters then. */
function isMonotonous(text) {
  return text.length > MOST_ALIKE && /^[ -~]$/.test(text[0]) && [...text].every((each) => each === text[0]);
}

function quoted(text) {
  const plain = JSON.stringify(text).slice(1, -1).replace(/\\"/g, '"');
  const safe = plain.replace(/[\u0080-\u009f\u00ad\u200b-\u200f\u2028-\u202f\ufeff\u0300-\u036f]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return safe.includes("'") && !safe.includes('"') ? `"${safe}"` : `'${safe.replace(/'/g, "\\'")}'`;
}

function braces(pairs) {
  if (pairs.length === 0) return '{}';
  return `{ ${pairs.map(([key, text]) => (key === text && !WORDS.has(text) ? key : `${NAME.test(key) ? key : quoted(key)}: ${text}`)).join(', ')} }`;
}

/** Yield every node of a tree with a function that puts another one into its place. */
function* places(node, replace) {
  yield [node, replace];
  if (node.t === 'list' || node.t === 'set') {
    for (const [index, each] of node.items.entries()) {
      yield* places(each, (other) => replace({ ...node, items: node.items.with ? node.items.with(index, other) : spliced(node.items, index, other) }));
    }
  } else if (node.t === 'object' || node.t === 'stub' || node.t === 'filled') {
    for (const [index, [key, each]] of node.props.entries()) {
      yield* places(each, (other) => replace({ ...node, props: spliced(node.props, index, [key, other]) }));
    }
  } else if (node.t === 'map') {
    for (const [index, [key, each]] of node.pairs.entries()) {
      yield* places(each, (other) => replace({ ...node, pairs: spliced(node.pairs, index, [key, other]) }));
    }
  } else if (node.t === 'json' || node.t === 'promise' || node.t === 'signed' || node.t === 'response') {
    yield* places(node.of, (other) => replace({ ...node, of: other }));
  } else if (node.t === 'fn' && !node.echo) {
    yield* places(node.returns, (other) => replace({ ...node, returns: other }));
    if (node.later) yield* places(node.later, (other) => replace({ ...node, later: other }));
  } else if (node.t === 'new' || node.t === 'made' || node.t === 'call') {
    for (const [index, each] of node.args.entries()) {
      yield* places(each, (other) => replace({ ...node, args: spliced(node.args, index, other) }));
    }
  }
}

function spliced(list, index, other) {
  const copy = [...list];
  copy[index] = other;
  return copy;
}

/** Say how much there is to read. */
function sizeOf(node) {
  let size = 0;
  for (const [each] of places(node, () => undefined)) {
    size += 1;
    if (typeof each.v === 'string') size += each.v.length / 20 + (ODD.test(each.v) ? 2 : 0);
    if (typeof each.v === 'number' && !ROUND.has(each.v)) size += 0.3;
  }
  return size;
}

module.exports = { NAME, braces, isAwaited, settled, literal, make, places, quoted, sizeOf, spelled, spliced, write };
