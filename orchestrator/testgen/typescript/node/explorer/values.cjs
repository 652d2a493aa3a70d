'use strict';
/**
 * Makes inputs out of shapes.
 *
 * An input is a tree of nodes, which can be varied at any place, made into a real value and written as source. The
 * first of the values of a shape is the natural one.
 */
const { BUILT_IN, code, value } = require('./built-in-values.cjs');
const { queriesFor, valueNodes } = require('./documents.cjs');
const { FUNCTIONS } = require('./function-values.cjs');
const { numbersFor } = require('./numbers.cjs');
const { Options } = require('./options.cjs');
const { PARTS } = require('./part-values.cjs');
const { MAKERS } = require('./server/schema-shapes.cjs');
const { matching, stringsAround, stringsFor } = require('./strings.cjs');

const DEEPEST = 5;
const DEEPEST_OF_FEW = 7; // of types that are soon written out: answers hold rows that hold rows
const RESOLVED = /^_*(args?|parent|root|info)$/; // what resolvers of GraphQL are given besides
const FEW = 2000; // places
const MOST_STUBBED = 12; // answers of a function of a stub

class Values {
  /** `subjects` are what the module exports: some make inputs for others. */
  constructor(types, facts, random, subjects = []) {
    this.makers = subjects.filter((each) => each.kind === 'function' && /^(string|Promise<string>)$/.test(each.returns ?? ''));
    this.schemas = subjects.filter((each) => each.kind === 'schema');
    this.depthOfMakers = 0;
    this.isReturning = false;
    this.within = 0; // values that are being made around the present one
    this.places = 0; // that were filled for the outermost of them
    this.open = new Set(); // numbers of types that are being written out
    this.madeFor = () => []; // texts for a name that other functions of the project make
    this.bodies = [];
    this.hashes = [];
    this.options = new Options();
    this.types = types;
    this.random = random;
    this.facts = facts;
    this.literals = facts.strings;
    this.samples = facts.patterns.flatMap((each) => matching(each, random));
    this.numbers = numbersFor('', facts.numbers.flatMap((each) => [each, each - 1, each + 1]));
  }

  /** Return the nodes that fit a shape; each knows its shape and name, so that it can be varied. */
  of(shape, name = '', depth = 0) {
    const nodes = this.counted(() => this.plain(shape, name, depth));
    return (nodes.length > 0 ? nodes : [value(undefined)]).map((each) => (each.shape ? each : { ...each, shape, name }));
  }

  pick(list) {
    return list[Math.floor(this.random() * list.length)];
  }

  /** Return one more node for a shape, often an unusual one. */
  another(shape, name) {
    return this.pick(this.options.at(this.subject, shape, name, () => this.of(shape, name, 1)));
  }

  /** Count the places that are filled for one value as a whole: types that refer to one another have no end of them. */
  counted(make) {
    if (this.within === 0) this.places = 0;
    this.within += 1;
    this.places += 1;
    try {
      return make();
    } finally {
      this.within -= 1;
    }
  }

  get areFew() {
    return this.places < FEW;
  }

  isTooDeep(depth) {
    return depth > (this.areFew ? DEEPEST_OF_FEW : DEEPEST);
  }

  plain(shape, name, depth) {
    if (this.isTooDeep(depth)) return [value(undefined)];
    const maker = this[`${shape.k}Values`];
    return maker ? maker.call(this, shape, name, depth) : [value(undefined)];
  }

  refValues(shape, name, depth) {
    const type = this.types[shape.n];
    const isAgain = this.open.has(shape.n) || !this.areFew;
    if (!isAgain) this.open.add(shape.n);
    const nodes = this.plain(type, name || type.name || '', depth + (depth > 2 && isAgain ? 1 : 0));
    if (!isAgain) this.open.delete(shape.n);
    return nodes.map((each) => ({ ...each, shape: type, name }));
  }

  unionValues(shape, name, depth) {
    const parts = shape.of.filter((each) => each.k !== 'undefined' && each.k !== 'null');
    const empty = shape.of.filter((each) => !parts.includes(each)).map((each) => value(each.k === 'null' ? null : undefined));
    const each = parts.map((part) => this.of(part, name, depth));
    const found = each.map((list) => list[0]);
    found.splice(1, 0, ...empty);
    for (let index = 1; index < 12; index += 1) {
      for (const list of each) if (list[index]) found.push(list[index]);
    }
    return found.map((node) => ({ ...node, union: shape }));
  }

  literalValues(shape) {
    if (!shape.code) return [value(shape.v)];
    return [code(shape.code, () => shape.v, shape.from)];
  }

  stringValues(shape, name) {
    const natural = stringsFor(name);
    const isSetting = /^[A-Z][A-Z0-9_]+$/.test(name);
    const mined = [...this.around(), ...this.samples, ...this.literals, ...(isSetting ? this.numbers.map(String) : [])];
    const plain = [...new Set([...natural, ...mined])].map(value);
    const hashes = /pass_?(word|wd|phrase)?$|hash/i.test(name) ? this.hashes : [];
    return [...this.madeFor(name), ...plain.slice(0, 1), ...hashes, ...plain.slice(1, 2), ...this.madeByOthers(), ...plain.slice(2)];
  }

  /** Texts that the names around the subject ask for; requests have schemas that say more. */
  around() {
    const { subject } = this;
    return subject && !subject.settings ? stringsAround(`${subject.export} ${subject.member ?? ''} ${subject.file ?? ''}`) : [];
  }

  /** Texts that functions of the module itself make, e.g. a token to verify. */
  madeByOthers() {
    if (this.depthOfMakers > 0) return [];
    this.depthOfMakers += 1;
    const found = this.makers.slice(0, 6).map((subject) => {
      const args = subject.params.filter((each) => !each.optional && !each.rest).map((each) => this.of(each.shape, each.name, 2)[0]);
      return { t: 'made', subject, args };
    });
    this.depthOfMakers -= 1;
    return found;
  }

  templateValues(shape) {
    const parts = shape.parts.map((part) => (typeof part === 'string' ? [part] : this.of(part).slice(0, 3).map((each) => String(each.v))));
    const first = parts.map((options) => options[0]).join('');
    const last = parts.map((options) => options.at(-1)).join('');
    return [...new Set([first, last])].map(value);
  }

  numberValues(shape, name) {
    return numbersFor(name, this.numbers).map(value);
  }

  anyValues(shape, name, depth) {
    const isCount = /count|total|percent|size|amount|points|score|attempts|number|limit|version/i.test(name);
    const isFlag = /^(is|has|can)[A-Z_]|ed$|able$|^active$|^deleted$/.test(name);
    const named = isCount ? [value(3)] : isFlag ? [value(false), value(true)] : stringsFor(name).slice(0, 2).map(value);
    const bare = RESOLVED.test(name) ? [{ t: 'object', props: [] }] : [];
    const objects = depth < 3 ? [{ t: 'object', props: [['a', value(1)], ['b', value('x')]] }, { t: 'list', items: [value('a'), value('b')] }] : [];
    const text = this.of({ k: 'string' }, name).slice(0, 20);
    const made = this.literals.includes('function') ? [{ t: 'fn', takes: 1, echo: true, returns: value(undefined) }] : [];
    return [...bare, ...named, ...objects, ...made, value(0), value(''), value(null), value(undefined), value(1), value(true), ...text];
  }

  jsonValues(shape, name, depth) {
    const like = shape.like && shape.like.k !== 'any' ? this.of(shape.like, name, depth).slice(0, 6) : [];
    const nodes = [...like, { t: 'object', props: [['a', value(1)]] }];
    return nodes.flatMap((node) => [node, { t: 'json', of: node }]).concat(value('{}'), value('[]'));
  }

  arrayValues(shape, name, depth) {
    const items = this.of(shape.of, name.replace(/s$/, ''), depth + 1);
    const list = (...nodes) => ({ t: 'list', items: nodes });
    if (this.isTooDeep(depth + 1)) return [list()];
    const found = [list(items[0]), list(), list(...items.slice(0, 2)), list(...items.slice(0, 3).reverse())];
    if (items.length > 3) found.push(list(...items.slice(3, 7)));
    found.push(...items.slice(1, 8).map((each) => list(each)), list(items[0], items[0]));
    return found;
  }

  tupleValues(shape, name, depth) {
    const parts = shape.of.map((each) => this.of(each, name, depth + 1));
    return [0, 1, 2].map((index) => ({ t: 'list', fixed: true, items: parts.map((options) => options[index % options.length]) }));
  }

  recordValues(shape, name, depth) {
    const items = this.of(shape.of, name.replace(/s$/, ''), depth + 1);
    const keys = this.keys();
    const record = (...pairs) => ({ t: 'object', open: shape.of, props: pairs });
    return [record([keys[0], items[0]]), record(), record([keys[0], items[0]], [keys[1], items[1 % items.length]]), ...items.slice(1, 6).map((each) => record([keys[0], each])), ...keys.slice(1, 12).map((key) => record([key, items[0]]))];
  }

  keys() {
    const known = [...this.facts.env, ...this.literals.filter((each) => /^[A-Za-z_][\w-]{1,30}$/.test(each)), ...this.facts.reads];
    return [...new Set(['key', 'other', ...known])];
  }

  objectValues(shape, name, depth) {
    const options = shape.props.map((each) => this.of(each.shape, each.name, depth + 1));
    const make = (index, node, bare) => ({
      t: 'object', type: shape.from, called: shape.name,
      props: shape.props
        .map((each, at) => [each.name, at === index ? node : options[at].find((one) => one.v !== undefined || one.t !== 'value') ?? options[at][0], each.optional])
        .filter(([, one, optional], at) => !(optional && (bare || one === undefined || (one.t === 'value' && one.v === undefined))) || at === index)
        .filter(([, one]) => one !== null)
        .map(([key, one]) => [key, one]),
    });
    const found = [make(-1, undefined, true), make(-1, undefined, false)];
    const most = depth <= 1 ? 10 : 3;
    shape.props.forEach((each, at) => options[at].slice(1, most).forEach((node) => found.push(make(at, node, depth > 1))));
    return found;
  }

  stubValues(shape, name, depth) {
    const noted = (node) => (node.t === 'fn' ? { ...node, spy: true } : node);
    const options = shape.props.map((each) => this.of(each.shape, each.name, depth + 1).filter((one, _, all) => !one.echo || all.length === 1)); // calls are noted by what answers the same to everybody
    const stub = (at, node) => ({ t: 'stub', props: shape.props.map((each, index) => [each.name, noted(index === at ? node : options[index][0])]) });
    const others = shape.props.flatMap((each, at) => (each.isAsked && isTold(each.shape) ? options[at].slice(1, MOST_STUBBED).map((node) => stub(at, node)) : []));
    return [stub(-1), ...others];
  }

  clientValues(shape) {
    if (/^Zod/.test(shape.name)) return this.schemas.map((each) => ({ t: 'exported', exported: each.export, file: each.file }));
    return [{ t: 'client', type: shape.type }];
  }

  promiseValues(shape, name, depth) {
    return this.of(shape.of, name, depth).slice(0, 3).map((node) => ({ t: 'promise', of: node }));
  }

  mapValues(shape, name, depth) {
    const [key] = this.of(shape.key, 'key', depth + 1);
    const [item] = this.of(shape.of, name, depth + 1);
    return [{ t: 'map', pairs: [[key, item]] }, { t: 'map', pairs: [] }];
  }

  setValues(shape, name, depth) {
    const items = this.of(shape.of, name.replace(/s$/, ''), depth + 1);
    return [items.slice(0, 1), [], items.slice(0, 3), items.slice(3, 5)].map((each) => ({ t: 'set', items: each }));
  }

  instanceValues(shape, name, depth) {
    const args = shape.params.filter((each) => !each.optional).map((each) => this.of(each.shape, each.name, depth + 1)[0]);
    const doubles = shape.double ? this.of(shape.double, name, depth + 1).slice(0, 8) : [];
    const made = { t: 'new', owner: shape.name, from: shape.from, args };
    const filled = shape.fields?.length > 0 && !this.isTooDeep(depth + 1) ? this.objectValues({ props: shape.fields }, name, depth).map((each) => ({ t: 'filled', of: made, props: each.props })) : [];
    return [...doubles, ...filled, made];
  }

  documentValues() {
    return queriesFor(this.facts).map((source) => ({ t: 'document', of: 'document', source }));
  }

  selectionSetValues() {
    return queriesFor(this.facts).map((source) => ({ t: 'document', of: 'selectionSet', source }));
  }

  valueNodeValues() {
    return valueNodes();
  }

  /** Variables of an operation: those that fit, none, and one of the wrong type. */
  variablesValues(shape, name, depth) {
    const [first, ...others] = this.objectValues(shape, name, depth);
    const required = shape.props.filter((each) => !each.optional);
    const wrong = shape.props.find((each) => each.shape.k === 'number' || each.optional);
    const refused = [...(required.length > 0 ? [{ t: 'object', props: [] }] : []), ...(wrong ? [{ ...first, props: [...first.props.filter(([key]) => key !== wrong.name), [wrong.name, value('wrong')]] }] : [])];
    return [first, ...refused, ...others];
  }

  fileTextValues(shape, name, depth) {
    const objects = [{ t: 'object', props: [['a', value(1)]] }, ...this.keys().slice(0, 12).map((key) => ({ t: 'object', props: [[key, value('x')]] }))];
    return [...objects.map((node) => ({ t: 'json', of: node })), ...this.stringValues(shape, 'text', depth), value('[]')];
  }

  /** Answers of `fetch`: well with each body that the module reads, not found, broken down. */
  ResponseValues(shape, name, depth) {
    const bodies = this.bodies.length > 0 ? this.bodies.flatMap((each) => this.of(each, name, depth + 1).slice(0, 8)) : this.anyValues({ k: 'any' }, name, depth);
    const answer = (body, status) => ({ t: 'response', of: body, status });
    return [...bodies.slice(0, 12).map((each) => answer(each, 200)), answer(bodies[0], 404), answer(bodies[0], 500)];
  }
}

/** Say whether the type of a function tells what it answers: what is only read of an answer is found by comparing. */
function isTold({ returns }) {
  const given = returns?.k === 'promise' ? returns.of : returns;
  return given !== undefined && ![given, ...(Array.isArray(given.of) ? given.of : [])].some((each) => each.k === 'any' || each.k === 'form' || each.loose);
}

Object.assign(Values.prototype, MAKERS, PARTS, BUILT_IN, FUNCTIONS);

module.exports = { Values, value };
