'use strict';
/** Writes values as source: names what is arranged first, and notes what has to be imported. */
const { NAME, braces, literal, places, spelled, write } = require('./nodes.cjs');
const { holdersOf } = require('./decisive-fields.cjs');
const { goesOn, spanOf } = require('./passing.cjs');

class Writer {
  /** A writer that `isLoose` leaves the types of what it makes up to nobody: for inputs that the compiler minds. */
  constructor(plan, item, seen, withCalls, isLoose = false) {
    Object.assign(this, { plan, item, seen, withCalls, isLoose, isTyped: plan.isTyped });
    this.lines = [];
    this.shared = []; // what stands once above the tests of a subject
    this.isHolding = false; // clocks that are written now go on when all calls before the last one have been made
    this.passing = []; // lines that let them
    this.changed = []; // arguments that the call changed: [name, what it is afterwards]
    this.imported = new Map();
    this.uses = new Set();
    this.names = new Map();
    this.taken = new Set(plan.subjects.map((each) => each.export));
    this.results = new Map();
    this.objects = new Map(); // source of an object -> the name of its type, and where that is exported
    this.fields = new Map(); // source of an object -> the names in it that decide
    this.holders = holdersOf(item, seen.answered ?? []);
  }

  /** Remember of what type an object is and what in it decides, for those that several tests have in common. */
  note(source, node) {
    const { type, called } = node;
    if (this.holders.has(node)) this.fields.set(source, this.holders.get(node));
    const name = type?.name ?? called;
    if (/^[A-Z]\w*$/.test(name ?? '')) this.objects.set(source, { name, file: type?.name === name ? type.file : undefined });
  }

  written(node) {
    return write(node, this);
  }

  /** The source of a node for a title: nothing that it needs is noted. */
  shown(node) {
    return write(node, { literal: spelled, imports: () => undefined, client: () => 'db', stub: () => '{…}', callable: () => '() => …', made: (each) => `${each.subject.export}(…)`, called: (each) => `${each.from.name}(…)`, signed: () => 'a token', exported: (each) => each.exported, upload: () => 'a form', result: (each) => `the ${each.path.at(-1) ?? 'result'}` });
  }

  imports(from) {
    if (!from) return;
    const as = from.as ?? from.name;
    this.imported.set(as, from.package ? from : { file: from.file, name: from.name, as });
  }

  client(node) {
    return this.names.get(node) ?? this.bound(node, NAME.test(node.name ?? '') ? node.name : 'client', () => this.clientSource(node, undefined));
  }

  /** A stub inside of something else: it gets a name where calls of it can be asserted, which needs a path to it. */
  stub(node) {
    if (this.isInStub || !node.partial || !NAME.test(node.name ?? '') || !node.props.some(([, each]) => each.spy)) return this.stubSource(node);
    return this.bound(node, node.name, () => this.stubSource(node));
  }

  stubSource(node) {
    const before = this.isInStub;
    this.isInStub = true;
    const source = braces(node.props.map(([key, each]) => [key, this.written(each)]));
    this.isInStub = before;
    return source;
  }

  callable(node) {
    const { api } = this.plan;
    const inner = node.returns && !(node.returns.t === 'value' && node.returns.v === undefined) ? this.written(node.returns) : undefined;
    if (this.isHolding && goesOn(node)) return this.clock(node);
    if (node.later) {
      const word = node.isAsync ? 'Resolved' : 'Return';
      return `${api}.fn().mock${word}ValueOnce(${inner ?? 'undefined'}).mock${word}Value(${this.written(node.later)})`;
    }
    if (node.spy) {
      this.uses.add('spy');
      if (node.fluent) return `${api}.fn().mockReturnThis()`;
      if (node.throws) return `${api}.fn().${node.isAsync ? 'mockRejectedValue' : 'mockImplementation'}(${node.isAsync ? "new Error('failed')" : "() => { throw new Error('failed'); }"})`;
      if (inner === undefined) return node.isAsync ? `${api}.fn().mockResolvedValue(undefined)` : `${api}.fn()`;
      return `${api}.fn().${node.isAsync ? 'mockResolvedValue' : 'mockReturnValue'}(${inner})`;
    }
    const head = node.isAsync ? 'async ' : '';
    if (node.throws) return `${head}() => { throw new Error('failed'); }`;
    if (node.echo) return `${head}(value${this.isTyped ? ': unknown' : ''}) => value`;
    return `${head}() => ${inner === undefined ? 'undefined' : inner.startsWith('{') ? `(${inner})` : inner}`;
  }

  /** A clock that shows what a variable says; where its calls may be asserted it is a spy. */
  clock({ returns, later, isAsync, spy }) {
    const name = this.free('now');
    this.lines.push(`let ${name} = Date.parse('${new Date(returns.v).toISOString()}');`);
    this.passing.push(`${name} += ${spanOf(later.v - returns.v)};`);
    const source = `${isAsync ? 'async ' : ''}() => ${name}`;
    if (!spy) return source;
    this.uses.add('spy');
    return `${this.plan.api}.fn(${source})`;
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

  /** A call of a function of another module, e.g. one that signs a token. */
  called(node, args) {
    this.imports(node.from);
    const { member } = node.from;
    const name = node.from.as ?? node.from.name;
    const call = `${node.isAsync ? 'await ' : ''}${member ? `new ${name}().${member}` : name}(${args})`;
    const picked = node.picks ? `${node.isAsync ? `(${call})` : call}.${node.picks}` : call;
    return node.prefix ? `\`${node.prefix}\${${picked}}\`` : picked;
  }

  exported(node) {
    return this.name({ export: node.exported, file: node.file });
  }

  result(node) {
    const name = this.results.get(node.step) ?? 'result';
    return name + node.path.map((key) => (NAME.test(key) ? `.${key}` : `[${literal(key)}]`)).join('');
  }

  name(subject) {
    const { export: exported } = subject;
    const name = exported === 'default' ? defaultName(this.plan, subject) : exported;
    this.imported.set(name, { file: subject.file ?? this.plan.path, name: exported, as: name });
    this.taken.add(name);
    return name;
  }

  free(name) {
    let found = RESERVED.has(name) || !NAME.test(name) ? `${name.replace(/\W/g, '') || 'value'}_`.replace(/^(\d)/, '_$1') : name;
    for (let number = 2; this.taken.has(found); number += 1) found = `${name}${number}`;
    this.taken.add(found);
    return found;
  }

  /** An argument: doubles and stubs get a name of their own, everything else stands where it is used. */
  argument(node, name, type) {
    const isPlain = node.t === 'value' && ['string', 'number', 'boolean'].includes(typeof node.v);
    const source = this.argumentSource(node, name, type);
    return this.isTyped && (isPartial(node) || (this.isLoose && !isPlain)) ? `${source} as never` : source;
  }

  argumentSource(node, name, type) {
    if (node.t === 'client') return this.bound(node, name, () => this.clientSource(node, type));
    if (node.t === 'stub') return this.bound(node, name, () => this.stubSource(node));
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
    if (!this.isTyped) return `double(${answers.length > 0 ? `[${answers.join(', ')}]` : ''})`;
    if (node.type) this.imported.set(node.type.name, { ...node.type, isType: true });
    return `double<${named ?? 'object'}>(${answers.length > 0 ? `[${answers.join(', ')}]` : ''})`;
  }

  answersOf(client) {
    const answers = this.seen.answered.filter((each) => each.owner === client).map((each) => this.written(each.node));
    while (answers.at(-1) === 'undefined') answers.pop();
    return answers;
  }

  /** The clients of doubled packages that the test has to know: those that are asked, without an answer as well, and those whose calls it asserts. */
  packages() {
    for (const { node, calls } of this.seen.clients) {
      if (node.t !== 'package') continue;
      const answers = this.answersOf(node);
      const isAsserted = this.withCalls && calls.items.length > 0;
      const isAsked = this.seen.answered.some((each) => each.owner === node); // a test before may have left answers
      if (!isAsked && !isAsserted) continue;
      this.uses.add('clientOf');
      const given = answers.length > 0 ? `, [${answers.join(', ')}]` : '';
      if (!isAsserted) {
        this.lines.push(`clientOf(${literal(node.spec)}${given});`);
        continue;
      }
      const name = node.spec.split('/').at(-1).replace(/\W+(\w)/g, (_, letter) => letter.toUpperCase());
      const source = `clientOf(${literal(node.spec)}${given})`;
      if (this.withCalls && calls.items.length > 0) this.bound(node, name, () => source);
      else this.lines.push(`${source};`);
    }
  }

  plain(node) {
    return write(node, { imports: () => undefined, client: () => 'expect.anything()', stub: (each) => braces(each.props.map(([key]) => [key, 'expect.any(Function)'])), callable: () => 'expect.any(Function)', made: () => '', called: () => '', signed: () => '', exported: () => '', result: () => '' }).replace(/\w+: undefined(, )?/g, '').replace(/, }/g, ' }');
  }
}

/** Say whether only a part of something larger was made: what the module looks at. */
function isPartial(node) {
  for (const [each] of places(node, () => undefined)) if (each.partial) return true;
  return false;
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

module.exports = { Writer, lowerFirst, defaultName };
