'use strict';
/** Writes the source of one case: what to arrange, what to call, what to assert besides the value. */
const { GRAPHQL_TEXTS } = require('./graphql-texts.cjs');
const { NAME, braces, literal } = require('./nodes.cjs');
const { expectation } = require('./pictures.cjs');
const { stepsTo } = require('./schemas.cjs');
const { Writer, lowerFirst } = require('./writer.cjs');

const FEW = 2; // the same line so often is read, more often it is a loop

class CallWriter extends Writer {
  /** Fill the lines to arrange and return the expression to call. */
  call() {
    const { subject } = this.item;
    const { kind } = subject;
    this.packages();
    const exported = this.name(subject);
    if (Object.hasOwn(GRAPHQL_TEXTS, kind)) return GRAPHQL_TEXTS[kind](this, subject, exported);
    if (kind === 'constant') return exported;
    if (kind === 'function') {
      this.steps(undefined);
      return `${exported}(${this.given()})`;
    }
    if (kind === 'curried') {
      const given = this.args();
      return `${exported}(${given.slice(0, subject.taken).join(', ')})(${given.slice(subject.taken).join(', ')})`;
    }
    if (kind === 'decorator') {
      const given = this.args();
      const descriptor = this.free('descriptor');
      this.lines.push(`const ${descriptor} = { value: ${given.pop()} };`, `${exported}${subject.isFactory ? `(${given.join(', ')})` : ''}({}, 'method', ${descriptor});`);
      return `${descriptor}.value()`;
    }
    if (kind === 'schema') return `${exported}${stepsTo(subject.path)}.safeParse(${this.given()})`;
    if (kind === 'constructor') return `new ${exported}(${this.given()})`;
    let owner = exported;
    if (kind === 'method' || kind === 'getter') {
      const name = this.free(lowerFirst(exported));
      this.isHolding = this.item.steps.length > 0;
      const made = this.item.ctor.map((each, index) => this.argument(each, subject.ctor[index]?.name ?? 'input', `ConstructorParameters<typeof ${exported}>[${index}]`));
      this.isHolding = false;
      this.lines.push(`const ${name} = new ${this.classSource(exported)}(${made.join(', ')});`);
      owner = name;
    }
    this.steps(owner);
    this.lines.push(...this.passing);
    const call = kind.endsWith('getter') ? `${owner}.${subject.member}` : `${owner}.${subject.member}(${this.given()})`;
    return call;
  }

  steps(owner) {
    for (const [index, step] of this.item.steps.entries()) {
      const callee = owner === undefined ? this.name({ export: step.member }) : `${owner}.${step.member}`;
      const call = `${step.isAsync ? 'await ' : ''}${callee}(${step.args.map((each) => this.written(each)).join(', ')});`;
      const isUsed = this.usesResult(index);
      if (!isUsed && this.repeated(call)) continue;
      if (isUsed) this.results.set(index, this.free(lowerFirst(step.member.replace(/^(get|create|make|open|add|build|new)/, '')) || 'result'));
      this.lines.push(isUsed ? `const ${this.results.get(index)} = ${call}` : call);
    }
  }

  /** Say whether a line stands in a loop, with those before it that are the same. */
  repeated(call) {
    const { lines } = this;
    const [head, body] = lines.slice(-3);
    if (body === `  ${call}` && lines.at(-1) === '}') {
      const times = Number(/< (\d+)/.exec(head)[1]) + 1;
      lines.splice(-3, 3, loopOf(times), body, '}');
      return true;
    }
    if (lines.length < FEW || !lines.slice(-FEW).every((each) => each === call)) return false;
    lines.splice(-FEW, FEW, loopOf(FEW + 1), `  ${call}`, '}');
    return true;
  }

  usesResult(index) {
    return JSON.stringify([this.item.args, this.item.steps.map((each) => each.args)], (key, each) => (key === 'shape' || key === 'union' ? undefined : each)).includes(`"t":"result","step":${index},`);
  }

  /** A class to make an object of; an abstract one is extended by nothing. */
  classSource(exported) {
    const { abstract } = this.item.subject;
    if (!abstract) return exported;
    const types = abstract.types > 0 && this.isTyped ? `<${Array(abstract.types).fill('Record<string, unknown>').join(', ')}>` : '';
    return `(class extends ${exported}${types} {})`;
  }

  given() {
    return this.args().join(', ');
  }

  args() {
    const { subject } = this.item;
    return this.item.args.map((each, index) => {
      const name = nameOf(subject, index);
      if (!this.isChanged(index)) return this.argument(each, name, each.t === 'client' ? this.typeOfArgument(index) : undefined);
      const bound = this.free(name);
      this.lines.push(`const ${bound}${this.isLoose || !this.isTyped ? '' : `: ${this.typeOfArgument(index)}`} = ${this.written(each)};`);
      this.changed.push([bound, this.seen.args[index]]);
      return this.isLoose && this.isTyped ? `${bound} as never` : bound;
    });
  }

  typeOfArgument(index) {
    const { subject } = this.item;
    const exported = this.name(subject);
    if (subject.kind === 'constructor') return `ConstructorParameters<typeof ${exported}>[${index}]`;
    if (subject.kind === 'curried' && index >= subject.taken) return `Parameters<ReturnType<typeof ${exported}>>[${index - subject.taken}]`;
    if (subject.kind === 'function' || subject.kind === 'curried') return `Parameters<typeof ${exported}>[${index}]`;
    const owner = subject.kind === 'method' ? exported : `typeof ${exported}`;
    return `Parameters<${owner}${subject.member.split('.').map((each) => `['${each}']`).join('')}>[${index}]`;
  }

  /** Say whether the call changed an argument that the test can look at. */
  isChanged(index) {
    const node = this.item.args[index];
    const after = this.seen.args[index];
    if (!['list', 'object', 'map', 'set'].includes(node.t) || after === undefined || node.t !== after.t) return false;
    return this.plain(node) !== undefined && this.plain(node) !== expectation(after, braces);
  }

  /** What is asserted besides the value: changed arguments, queries, calls of spies. */
  assertions() {
    const found = this.changed.map(([name, after]) => `expect(${name}).toEqual(${expectation(after, braces)});`);
    if (!this.withCalls) return found;
    for (const { node, calls, view } of this.seen.clients) {
      if (!this.names.has(node)) continue;
      this.uses.add(view);
      found.push(`expect(${view}(${this.names.get(node)})).toEqual(${expectation(calls, braces)});`);
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
      const path = pathTo(spy, node);
      if (path !== undefined) return name + path;
    }
    return undefined;
  }
}

function loopOf(times) {
  return `for (let count = 0; count < ${times}; count += 1) {`;
}

/** How a spy is reached from the stub that holds it, perhaps through others; undefined when it does not. */
function pathTo(spy, node) {
  if (node.t !== 'stub') return undefined;
  for (const [key, each] of node.props) {
    const step = NAME.test(key) ? `.${key}` : `[${literal(key)}]`;
    if (each === spy) return step;
    const path = pathTo(spy, each);
    if (path !== undefined) return step + path;
  }
  return undefined;
}

function nameOf(subject, index) {
  const params = subject.params ?? [];
  return params[Math.min(index, params.length - 1)]?.name ?? 'input';
}

module.exports = { CallWriter, nameOf };
