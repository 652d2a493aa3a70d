'use strict';
/** A case is one call with its inputs: how cases begin, and how they are varied. */
const { places, sizeOf, spliced, value } = { ...require('./nodes.cjs'), ...require('./values.cjs') };

const { sequencesOf } = require('./sequences.cjs');

const FAULTS = [
  ["new Error('connection lost')", () => new Error('connection lost')],
  ["Object.assign(new Error('duplicate key'), { code: '23505' })", () => Object.assign(new Error('duplicate key'), { code: '23505' })],
];

const DRAWN = /^[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/i;

class Cases {
  constructor(values, subjects, random, moduleHasState = false) {
    this.moduleHasState = moduleHasState;
    this.values = values;
    this.subjects = subjects;
    this.random = random;
  }

  /** Yield the natural case and those that differ from it in one argument. */
  *beginnings(subject) {
    if (subject.beginnings) return yield* subject.beginnings(this);
    const params = (subject.params ?? []).map((each) => this.options(each));
    const ctor = (subject.ctor ?? []).map((each) => this.options(each));
    const first = (options, list) => trimmed(options.map((each, index) => (list[index].optional ? undefined : each[0])));
    const base = { subject, args: first(params, subject.params ?? []), ctor: first(ctor, subject.ctor ?? []), steps: [], answers: new Map() };
    yield base;
    const filled = (list, options, index) => options.slice(0, index).map((each, at) => list[at] ?? each[0]);
    for (const [index, options] of ctor.entries()) {
      for (const option of options.slice(0, params.length > 0 && options[0]?.t !== 'stub' ? 6 : 30)) yield { ...base, ctor: this.put(base.ctor, filled(base.ctor, ctor, index), index, option) };
    }
    for (const [index, options] of params.entries()) {
      for (const option of options.slice(0, subject.isCostly ? 8 : 60)) yield { ...base, args: this.put(base.args, filled(base.args, params, index), index, option) };
    }
  }

  /** Cases with calls before them, where these may make a difference. */
  *sequences(subject) {
    if (!this.canStep(subject) || subject.beginnings) return;
    const natural = (list) => trimmed((list ?? []).map((each) => (each.optional ? undefined : this.options(each)[0])));
    yield* sequencesOf(this, subject, { subject, args: natural(subject.params), ctor: natural(subject.ctor), steps: [], answers: new Map() });
  }

  put(base, filled, index, option) {
    const list = base.length > index ? [...base] : [...filled];
    list[index] = option;
    return list;
  }

  options(param) {
    if (!param.rest) return this.values.of(param.shape, param.name);
    return this.values.of(param.shape, param.name);
  }

  /** Return a case that differs from another one in one to three places. */
  varied(item, others) {
    let result = item;
    const times = this.random() < 0.6 ? 1 : this.random() < 0.6 ? 2 : 3;
    for (let count = 0; count < times; count += 1) result = this.variedOnce(result, others);
    return result;
  }

  variedOnce(item, others) {
    const dice = this.random();
    if (dice < 0.08 && others.length > 1) return this.crossed(item, this.values.pick(others));
    if (dice < 0.2 && this.canStep(item.subject)) return this.withStep(item);
    if (dice < 0.25 && item.steps.length > 0) return { ...item, steps: item.steps.slice(1) };
    if (dice < 0.32) return this.withMoreArguments(item);
    if (dice < 0.42 && item.leaves?.length > 0) return this.withResult(item);
    const inAnswers = item.subject.begin && item.answers.size > 0 && this.random() < 0.5;
    const spots = [...this.spots(inAnswers ? { args: [], ctor: [], steps: [], answers: item.answers } : item)];
    if (spots.length === 0) return item;
    if (inAnswers) return this.withAnswers(item, this.values.pick(spots));
    const [node, replace] = this.values.pick(spots);
    return replace(this.otherThan(node));
  }

  /** A case with something else in an answer. */
  withAnswers(item, [node, replace]) {
    return { ...item, answers: replace(this.otherThan(node)).answers };
  }

  /** Yield every place of a case: arguments, constructor arguments, arguments of steps, answers. */
  *spots(item) {
    for (const name of ['args', 'ctor']) {
      for (const [index, node] of item[name].entries()) {
        yield* places(node, (other) => ({ ...item, [name]: spliced(item[name], index, other) }));
      }
    }
    for (const [at, step] of item.steps.entries()) {
      for (const [index, node] of step.args.entries()) {
        yield* places(node, (other) => ({ ...item, steps: spliced(item.steps, at, { ...step, args: spliced(step.args, index, other) }) }));
      }
    }
    for (const [key, node] of item.answers) {
      yield* places(node, (other) => ({ ...item, answers: new Map(item.answers).set(key, other) }));
    }
  }

  otherThan(node) {
    if (node.answer && this.random() < 0.12) return this.fault(node);
    if (node.t === 'list' && !node.fixed && this.random() < 0.7) return this.otherList(node);
    if (node.t === 'object' && node.open && this.random() < 0.6) return this.otherRecord(node);
    if (node.t === 'value' && typeof node.v === 'number' && isFree(node) && this.random() < 0.4) return { ...node, v: this.otherNumber(node.v) };
    if (node.t === 'value' && typeof node.v === 'string' && isFree(node) && this.random() < 0.35) return { ...node, v: this.otherText(node.v) };
    const shape = node.union ?? node.shape;
    return shape ? { ...this.values.another(shape, node.name ?? ''), answer: node.answer } : node;
  }

  fault(node) {
    const [code, make] = this.values.pick(FAULTS);
    return { t: 'code', code, make, isFault: true, answer: true, shape: node.shape, name: node.name };
  }

  otherList(node) {
    const items = [...node.items];
    const dice = this.random();
    const fresh = () => (node.shape?.of ? this.values.another(node.shape.of, (node.name ?? '').replace(/s$/, '')) : value(1));
    if (dice < 0.45) items.push(fresh());
    else if (dice < 0.6 && items.length > 0) items.push(this.otherIn(this.values.pick(items)));
    else if (dice < 0.7 && items.length > 1) items.reverse();
    else if (dice < 0.85 && items.length > 0) items.splice(Math.floor(this.random() * items.length), 1);
    else items.unshift(fresh());
    return { ...node, items: items.slice(0, 8) };
  }

  /** A copy of a node with one thing in it changed, e.g. a second row like the first. */
  otherIn(node) {
    const spots = [...places(node, (other) => other)];
    const [spot, replace] = this.values.pick(spots);
    return replace(this.otherThan(spot));
  }

  otherRecord(node) {
    const key = this.values.pick(this.values.keys());
    const rest = node.props.filter(([name]) => name !== key);
    if (rest.length < node.props.length && this.random() < 0.4) return { ...node, props: rest };
    return { ...node, props: [...rest, [key, this.values.another(node.open, key)]].slice(0, 8) };
  }

  otherNumber(number) {
    return this.values.pick([number + 1, number - 1, number * 2, number / 2, -number, number * 10, Math.round(number), number + 0.5]);
  }

  otherText(text) {
    const piece = this.values.pick([...this.values.samples, ...this.values.literals, ' ', '\n', 'A', '1']);
    const at = Math.floor(this.random() * (text.length + 1));
    const options = [text + piece, piece + text, `${text}\n${piece}`, text.slice(0, at) + piece + text.slice(at), text.toUpperCase(), text.slice(0, at), ` ${text} `, `${text} ${text}`];
    return this.values.pick(options).slice(0, 200);
  }

  crossed(item, other) {
    if (other.subject !== item.subject) return item;
    const args = item.args.map((each, index) => (this.random() < 0.5 ? each : other.args[index] ?? each));
    return { ...item, args, answers: this.random() < 0.5 ? item.answers : other.answers };
  }

  canStep(subject) {
    return ['method', 'getter'].includes(subject.kind) ? subject.hasState : subject.kind === 'function' && this.moduleHasState;
  }

  /** Put a call of a method before the others, perhaps the same one; its result may become an argument. */
  withStep(item) {
    const isFunction = item.subject.kind === 'function';
    const siblings = this.subjects.filter((each) => (isFunction ? each.kind === 'function' : each.export === item.subject.export && each.kind === 'method'));
    if (siblings.length === 0 || item.steps.length > 5) return item;
    const chosen = this.values.pick(siblings);
    const again = item.args.length > 0 && this.random() < 0.5;
    const args = chosen.params.filter((each) => !each.optional || this.random() < 0.3).map((each) => {
      const same = again && item.subject.params.findIndex((one) => one.name === each.name);
      if (same !== false && same >= 0 && item.args[same]) return item.args[same];
      return this.random() < 0.6 ? this.options(each)[0] : this.values.another(each.shape, each.name);
    });
    return { ...item, steps: [...item.steps, { member: chosen.member ?? chosen.export, args, isAsync: chosen.isAsync }] };
  }

  /** Use what an earlier step returned, or a part of it, as an argument of the call or of another step. */
  withResult(item) {
    const [step, path, kind] = this.values.pick(item.leaves);
    const fitting = [...this.spots({ ...item, ctor: [], answers: new Map() })].filter(([node]) => node.t === 'value' && typeof node.v === kind && node.shape?.k === kind);
    if (fitting.length === 0 || step >= item.steps.length) return item;
    const [node, replace] = this.values.pick(fitting);
    const { args, steps } = replace({ t: 'result', step, path, shape: node.shape, name: node.name });
    return steps.every((each, at) => at > step || each.args.every((one) => one.t !== 'result')) ? { ...item, args, steps } : item;
  }

  withMoreArguments(item) {
    const params = item.subject.params ?? [];
    const last = params.at(-1);
    const count = item.args.length;
    if (last?.rest) return count > 4 ? item : { ...item, args: [...item.args, this.values.another(last.shape, last.name)] };
    if (count < params.length) return { ...item, args: [...item.args, this.values.another(params[count].shape, params[count].name)] };
    if (count > 0 && params[count - 1].optional) return { ...item, args: item.args.slice(0, -1) };
    return item;
  }

  /** Yield cases in which one side of a comparison that was seen takes the value of the other side. */
  *solved(item, seen) {
    const tried = new Set();
    for (const [operator, left, right] of seen.slice(0, 60)) {
      if (operator === 'in' && !tried.has(`in ${String(left)}`)) {
        tried.add(`in ${String(left)}`);
        yield* this.withKey(item, left);
        continue;
      }
      for (const [from, to] of [[left, right], [right, left]]) {
        if (!isSimple(from) || !isSimple(to) || Object.is(from, to)) continue;
        const key = `${operator}|${typeof from}|${String(from)}|${String(to)}`;
        if (tried.has(key)) continue;
        tried.add(key);
        yield* this.exchanged(item, from, to, operator);
      }
    }
  }

  /** Yield cases in which a record has something under a name that is asked for. */
  *withKey(item, key) {
    for (const [node, replace] of this.spots(item)) {
      const isRecord = node.t === 'object' && node.open !== undefined && typeof key === 'string';
      if (isRecord && !node.props.some(([name]) => name === key)) yield replace({ ...node, props: [...node.props, [key, this.values.of(node.open, key)[0]]].slice(-8) });
    }
  }

  *exchanged(item, from, to, operator) {
    const targets = typeof to === 'number' && /[<>]/.test(operator) ? [to, to + 1, to - 1] : [to];
    for (const [node, replace] of this.spots(item)) {
      if (node.t !== 'value' || !Object.is(node.v, from) || node.fixed) continue;
      if (!accepts(node, to)) continue;
      for (const target of targets) yield replace({ ...node, v: target });
    }
  }

  sizeOf(item) {
    const nodes = [...item.args, ...item.ctor, ...item.steps.flatMap((each) => each.args), ...item.answers.values()];
    return nodes.reduce((sum, node) => sum + sizeOf(node), 0) + item.steps.length * 2;
  }
}

/** Say whether any text or number may stand in the place of a node. */
function isFree(node) {
  return ['string', 'number', 'any', undefined].includes(node.shape?.base ?? node.shape?.k);
}

/** Say whether the type of a place has room for a value. */
function accepts(node, value) {
  const shapes = node.union?.of ?? [node.shape ?? { k: 'any' }];
  const kind = value === null ? 'null' : typeof value;
  return shapes.some((each) => each.k === 'any' || each.k === kind || each.base === kind || (each.k === 'literal' && each.v === value));
}

/** Plain values; an id that was drawn by chance is another one in the next run. */
function isSimple(one) {
  return (['string', 'number', 'boolean'].includes(typeof one) && !DRAWN.test(one)) || one === null;
}

function trimmed(list) {
  const end = list.findIndex((each) => each === undefined);
  return end < 0 ? list : list.slice(0, end);
}

module.exports = { Cases };
