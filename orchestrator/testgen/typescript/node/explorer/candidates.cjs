'use strict';
/** Turns kept cases into proposals of tests: what to arrange, what to call, what to assert, in source text. */
const { NAME, braces, literal, write } = require('./nodes.cjs');
const { expectation } = require('./pictures.cjs');

const LONGEST = 2500;

/** Return the candidates; a case that did something besides returning gives two, with and without asserting that. */
function candidatesOf(plan, cases, kept, matrix) {
  const found = [];
  for (const [index, { item, seen }] of kept.entries()) {
    const base = { goals: [...seen.goals], size: cases.sizeOf(item) };
    const plain = proposal(plan, item, seen, false);
    if (plain) found.push({ ...plain, ...base, kills: matrix[index].value });
    if (matrix[index].calls.length > matrix[index].value.length) {
      const full = proposal(plan, item, seen, true);
      if (full) found.push({ ...full, ...base, size: base.size + 3, kills: matrix[index].calls });
    }
  }
  return found.filter((each) => JSON.stringify(each).length < LONGEST + 20 * each.goals.length + 20 * each.kills.length);
}

function proposal(plan, item, seen, withCalls) {
  const writer = new Writer(plan, item, seen, withCalls);
  const { subject } = item;
  const call = writer.call();
  const assertions = writer.assertions();
  if (assertions.length === 0 && seen.kind === 'value' && seen.value.t === 'anything') return undefined;
  return {
    subject: [subject.export === 'default' ? defaultName(plan, subject) : subject.export, subject.member].filter(Boolean).join('.'),
    kind: subject.kind,
    line: subject.line,
    outcome: seen.kind === 'error' ? 'throws' : 'value',
    arrange: writer.lines,
    call,
    is_async: writer.isAsync,
    expected: seen.kind === 'value' ? expectation(seen.value, braces, subject.kind === 'schema') : '',
    primitive: seen.kind === 'value' && seen.value.t === 'value',
    error: seen.kind === 'error' ? errorOf(seen.error) : null,
    assertions,
    args: item.args.map((each, index) => [nameOf(subject, index), writer.shown(each)]),
    simple: writer.lines.length === 0 && item.args.every((each) => isPlain(each)),
    answers: seen.answered.filter((each) => !isWritten(each.node)).map((each) => writer.shown(each.node)),
    fault: seen.answered.some((each) => each.node.isFault),
    steps: item.steps.map((each) => each.member),
    imports: [...writer.imported.values()],
    uses: [...writer.uses],
    clock: seen.broken.clock,
  };
}

function isPlain(node) {
  return node.t === 'value' && (node.union === undefined || node.union.of.every((each) => each.k !== 'literal')) && node.shape?.k !== 'literal';
}

function isWritten(node) {
  return node.t === 'value' && node.v === undefined;
}

function nameOf(subject, index) {
  const params = subject.params ?? [];
  return params[Math.min(index, params.length - 1)]?.name ?? 'input';
}

function errorOf(error) {
  return { name: error.name, message: error.message, props: error.props.map(([key, each]) => [key, expectation(each, braces)]) };
}

/** Writes the source of one case. */
class Writer {
  constructor(plan, item, seen, withCalls) {
    Object.assign(this, { plan, item, seen, withCalls });
    this.lines = [];
    this.changed = []; // arguments that the call changed: [name, what it is afterwards]
    this.imported = new Map();
    this.uses = new Set();
    this.names = new Map();
    this.taken = new Set(plan.subjects.map((each) => each.export));
    this.results = new Map();
    this.isAsync = Boolean(item.subject.isAsync) || item.steps.some((each) => each.isAsync);
  }

  /** Fill the lines to arrange and return the expression to call. */
  call() {
    const { subject } = this.item;
    const { kind } = subject;
    this.packages();
    const exported = this.name(subject);
    if (kind === 'constant') return exported;
    if (kind === 'function') {
      this.steps(undefined);
      return `${exported}(${this.args()})`;
    }
    if (kind === 'schema') return `${exported}.safeParse(${this.args()})`;
    if (kind === 'constructor') return `new ${exported}(${this.args()})`;
    let owner = exported;
    if (kind === 'method' || kind === 'getter') {
      const name = this.free(lowerFirst(exported));
      const made = this.item.ctor.map((each, index) => this.argument(each, subject.ctor[index]?.name ?? 'input', `ConstructorParameters<typeof ${exported}>[${index}]`));
      this.lines.push(`const ${name} = new ${exported}(${made.join(', ')});`);
      owner = name;
    }
    this.steps(owner);
    const call = kind.endsWith('getter') ? `${owner}.${subject.member}` : `${owner}.${subject.member}(${this.args(owner)})`;
    return call;
  }

  steps(owner) {
    for (const [index, step] of this.item.steps.entries()) {
      const callee = owner === undefined ? this.name({ export: step.member }) : `${owner}.${step.member}`;
      const call = `${step.isAsync ? 'await ' : ''}${callee}(${step.args.map((each) => this.written(each)).join(', ')});`;
      const isUsed = this.usesResult(index);
      if (isUsed) this.results.set(index, this.free(lowerFirst(step.member.replace(/^(get|create|make|open|add|build|new)/, '')) || 'result'));
      this.lines.push(isUsed ? `const ${this.results.get(index)} = ${call}` : call);
    }
  }

  usesResult(index) {
    return JSON.stringify([this.item.args, this.item.steps.map((each) => each.args)], (key, each) => (key === 'shape' || key === 'union' ? undefined : each)).includes(`"t":"result","step":${index},`);
  }

  args() {
    const { subject } = this.item;
    return this.item.args.map((each, index) => {
      const name = nameOf(subject, index);
      const isChanged = this.isChanged(index);
      if (!isChanged) return this.argument(each, name, undefined);
      const bound = this.free(name);
      this.lines.push(`const ${bound}: ${this.typeOfArgument(index)} = ${this.written(each)};`);
      this.changed.push([bound, this.seen.args[index]]);
      return bound;
    }).join(', ');
  }

  typeOfArgument(index) {
    const { subject } = this.item;
    const exported = this.name(subject);
    if (subject.kind === 'constructor') return `ConstructorParameters<typeof ${exported}>[${index}]`;
    if (subject.kind === 'function') return `Parameters<typeof ${exported}>[${index}]`;
    const owner = subject.kind === 'method' ? exported : `typeof ${exported}`;
    return `Parameters<${owner}['${subject.member}']>[${index}]`;
  }

  /** Say whether the call changed an argument that the test can look at. */
  isChanged(index) {
    const node = this.item.args[index];
    const after = this.seen.args[index];
    if (!['list', 'object', 'map', 'set'].includes(node.t) || after === undefined || node.t !== after.t) return false;
    return this.plain(node) !== undefined && this.plain(node) !== expectation(after, braces);
  }

  plain(node) {
    return write(node, { imports: () => undefined, client: () => '', stub: () => '', callable: () => 'expect.any(Function)', made: () => '', exported: () => '', result: () => '' }).replace(/\w+: undefined(, )?/g, '').replace(/, }/g, ' }');
  }

  /** An argument: doubles and stubs get a name of their own, everything else stands where it is used. */
  argument(node, name, type) {
    if (node.t === 'client') return this.bound(node, name, () => this.clientSource(node, type));
    if (node.t === 'stub') return this.bound(node, name, () => this.stub(node));
    if (node.t === 'fn' && node.spy) return this.bound(node, name, () => this.callable(node));
    return this.written(node);
  }

  bound(node, name, source) {
    if (!this.names.has(node)) {
      const free = this.free(name);
      this.names.set(node, free);
      this.lines.push(`const ${free} = ${source()};`);
    }
    return this.names.get(node);
  }

  clientSource(node, type) {
    this.uses.add('double');
    const answers = this.answersOf(node);
    const named = node.type ? node.type.name : type;
    if (node.type) this.imported.set(node.type.name, { ...node.type, isType: true });
    return `double<${named ?? 'object'}>(${answers.length > 0 ? `[${answers.join(', ')}]` : ''})`;
  }

  answersOf(client) {
    const answers = this.seen.answered.filter((each) => each.owner === client).map((each) => this.written(each.node));
    while (answers.at(-1) === 'undefined') answers.pop();
    return answers;
  }

  /** The clients of doubled packages that the test has to know: those that answer, and those whose calls it asserts. */
  packages() {
    for (const { node, calls } of this.seen.clients) {
      if (node.t !== 'package') continue;
      const answers = this.answersOf(node);
      if (answers.length === 0 && !(this.withCalls && calls.items.length > 0)) continue;
      this.uses.add('clientOf');
      const given = answers.length > 0 ? `, [${answers.join(', ')}]` : '';
      const name = node.spec.split('/').at(-1).replace(/\W+(\w)/g, (_, letter) => letter.toUpperCase());
      this.bound(node, name, () => `clientOf(${literal(node.spec)}${given})`);
    }
  }

  written(node) {
    return write(node, this);
  }

  /** The source of a node for a title: nothing that it needs is noted. */
  shown(node) {
    return write(node, { imports: () => undefined, client: () => 'db', stub: () => '{…}', callable: () => '() => …', made: (each) => `${each.subject.export}(…)`, exported: (each) => each.exported, result: (each) => `the ${each.path.at(-1) ?? 'result'}` });
  }

  imports(from) {
    if (from) this.imported.set(from.name, { file: from.file, name: from.name });
  }

  client(node) {
    return this.names.get(node) ?? this.bound(node, 'client', () => this.clientSource(node, undefined));
  }

  stub(node) {
    return braces(node.props.map(([key, each]) => [key, this.written(each)]));
  }

  callable(node) {
    const { api } = this.plan;
    const inner = node.returns && !(node.returns.t === 'value' && node.returns.v === undefined) ? this.written(node.returns) : undefined;
    if (node.later) {
      const word = node.isAsync ? 'Resolved' : 'Return';
      return `${api}.fn().mock${word}ValueOnce(${inner ?? 'undefined'}).mock${word}Value(${this.written(node.later)})`;
    }
    if (node.spy) {
      this.uses.add('spy');
      if (node.throws) return `${api}.fn().${node.isAsync ? 'mockRejectedValue' : 'mockImplementation'}(${node.isAsync ? "new Error('failed')" : "() => { throw new Error('failed'); }"})`;
      if (inner === undefined) return node.isAsync ? `${api}.fn().mockResolvedValue(undefined)` : `${api}.fn()`;
      return `${api}.fn().${node.isAsync ? 'mockResolvedValue' : 'mockReturnValue'}(${inner})`;
    }
    const head = node.isAsync ? 'async ' : '';
    if (node.throws) return `${head}() => { throw new Error('failed'); }`;
    if (node.echo) return `${head}(value: unknown) => value`;
    return `${head}() => ${inner === undefined ? 'undefined' : inner.startsWith('{') ? `(${inner})` : inner}`;
  }

  /** What a function of the module makes; a promise is awaited on a line of its own. */
  made(node, args) {
    const call = `${this.name(node.subject)}(${args})`;
    if (!node.subject.isAsync) return call;
    if (!this.names.has(node)) {
      const name = this.free(lowerFirst(node.subject.export.replace(/^(get|create|make|generate|build)/, '')) || 'made');
      this.names.set(node, name === node.subject.export ? this.free('made') : name);
      this.lines.push(`const ${this.names.get(node)} = await ${call};`);
    }
    return this.names.get(node);
  }

  exported(node) {
    return this.name({ export: node.exported });
  }

  result(node) {
    const name = this.results.get(node.step) ?? 'result';
    return name + node.path.map((key) => (NAME.test(key) ? `.${key}` : `[${literal(key)}]`)).join('');
  }

  name(subject) {
    const { export: exported } = subject;
    const name = exported === 'default' ? defaultName(this.plan, subject) : exported;
    this.imported.set(name, { file: this.plan.path, name: exported, as: name });
    return name;
  }

  free(name) {
    let found = RESERVED.has(name) || !NAME.test(name) ? `${name.replace(/\W/g, '') || 'value'}_`.replace(/^(\d)/, '_$1') : name;
    for (let number = 2; this.taken.has(found); number += 1) found = `${name}${number}`;
    this.taken.add(found);
    return found;
  }

  /** What is asserted besides the value: changed arguments, queries, calls of spies. */
  assertions() {
    const found = this.changed.map(([name, after]) => `expect(${name}).toEqual(${expectation(after, braces)});`);
    if (!this.withCalls) return found;
    for (const { node, calls } of this.seen.clients) {
      if (!this.names.has(node)) continue;
      this.uses.add('callsOf');
      found.push(`expect(callsOf(${this.names.get(node)})).toEqual(${expectation(calls, braces)});`);
    }
    return found.concat(this.spyAssertions());
  }

  spyAssertions() {
    const found = [];
    for (const { node, calls } of this.seen.spies) {
      const path = this.pathOf(node);
      if (path === undefined || calls.length === 0) continue;
      for (const args of calls.slice(0, 3)) found.push(`expect(${path}).toHaveBeenCalledWith(${args.items.map((each) => expectation(each, braces)).join(', ')});`);
    }
    return [...new Set(found)];
  }

  pathOf(spy) {
    if (this.names.has(spy)) return this.names.get(spy);
    for (const [node, name] of this.names) {
      if (node.t !== 'stub') continue;
      const found = node.props.find(([, each]) => each === spy);
      if (found) return `${name}.${found[0]}`;
    }
    return undefined;
  }
}

const RESERVED = new Set('break case catch class const continue debugger default delete do else enum export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield await describe it test expect jest vi arguments eval undefined'.split(' '));

function lowerFirst(name) {
  const head = /^[A-Z]+(?=[A-Z][a-z]|$)/.exec(name)?.[0] ?? name[0] ?? '';
  return head.toLowerCase() + name.slice(head.length);
}

function defaultName(plan, subject) {
  if (NAME.test(subject.local ?? '') && subject.local !== 'default') return subject.local;
  const base = plan.path.split('/').at(-1).replace(/\.\w+$/, '').replace(/\W+(\w)/g, (_, letter) => letter.toUpperCase());
  return NAME.test(base) ? base : 'subject';
}

/** Possible defects, in words: an error of the engine for inputs that fit the types. */
function defectsOf(plan, defects) {
  return [...defects.values()].map(({ item, error }) => {
    const writer = new Writer(plan, item, { args: [], answered: [], clients: [], spies: [] }, false);
    const subject = item.subject.member ? `${item.subject.export}.${item.subject.member}` : item.subject.export;
    const args = item.args.map((each) => writer.shown(each)).join(', ');
    return { kind: 'breaks down on inputs of the right type', subject, call: `${subject}(${args})`, detail: `${error.name}: ${error.message}` };
  });
}

module.exports = { candidatesOf, defectsOf };
