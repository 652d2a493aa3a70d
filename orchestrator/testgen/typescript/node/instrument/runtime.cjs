'use strict';
/**
 * What the counters in an instrumented module call.
 *
 * The function is put as text at the head of every instrumented module, so it must not use anything from outside. One
 * mutant at a time is active; all others cost one comparison. Statements are counted to end endless loops, which no
 * timer could end.
 */
function createRuntime() {
  const BINARY = {
    '<': (a, b) => a < b, '<=': (a, b) => a <= b, '>': (a, b) => a > b, '>=': (a, b) => a >= b,
    '===': (a, b) => a === b, '!==': (a, b) => a !== b, '==': (a, b) => a == b, '!=': (a, b) => a != b,
    '+': (a, b) => a + b, '-': (a, b) => a - b, '*': (a, b) => a * b, '/': (a, b) => a / b,
    '%': (a, b) => a % b, '**': (a, b) => a ** b, '&': (a, b) => a & b, '|': (a, b) => a | b,
    '<<': (a, b) => a << b, '>>': (a, b) => a >> b, '>>>': (a, b) => a >>> b, '^': (a, b) => a ^ b,
    in: (a, b) => a in b,
  };
  const COMPARES = new Set(['<', '<=', '>', '>=', '===', '!==', '==', '!=', 'in']);
  const state = {
    active: -1, // the mutant that is switched on
    hits: new Set(), // goals reached since they were last taken
    touched: new Set(), // mutants whose place was reached
    seen: null, // comparisons, while someone collects them: [operator, left, right]
    steps: 0,
    most: Infinity,
    parsed: null, // told which schema is about to check which value
    awaited: null, // told which place in the source awaits a value
    variables: null, // how to read and set the variables of the module
    watched: '', // the module that is looked at; others pass through
  };
  const modules = new Map();

  class StepLimit extends Error {}

  function step() {
    state.steps += 1;
    if (state.steps > state.most) throw new StepLimit('too many steps');
  }

  /** The first of what is in a list, a set or a map. */
  function firstOf(owner) {
    const isKeyed = /^\[object (Set|Map)\]$/.test(Object.prototype.toString.call(owner));
    const found = [];
    for (const each of isKeyed ? owner.keys() : Array.isArray(owner) ? owner : []) {
      if (found.length === 6) break;
      found.push(each);
    }
    return found;
  }

  function create(name) {
    const live = () => state.watched === name;
    const hit = (goal) => { if (live()) { state.hits.add(goal); step(); } };
    const on = (mutant) => {
      if (mutant < 0 || !live()) return false;
      if (state.active < 0) state.touched.add(mutant);
      return state.active === mutant;
    };
    const api = {
      v: undefined,
      chosen: undefined, // what the last switch looks at
      t(read, write) {
        if (!live()) return;
        const others = state.variables;
        state.variables = others === null ? { read, write } : { read: () => [others.read(), read()], write: ([a, b]) => { others.write(a); write(b); } };
      },
      p(mutant, text, patches) {
        const index = patches.findIndex((_, at) => on(mutant + at));
        if (index < 0) return text;
        const [start, length, put] = patches[index];
        return text.slice(0, start) + put + text.slice(start + length);
      },
      s: (goal) => { hit(goal); return true; },
      x: (goal, mutant) => { hit(goal); return !on(mutant); },
      m: on,
      k: (mutant, value, other) => (on(mutant) ? other : value),
      n: (mutant, value) => (on(mutant) ? Boolean(value) : !value),
      c(mutant, yes, no, value) {
        const result = on(mutant) ? true : on(mutant + 1) && mutant >= 0 ? false : value;
        hit(result ? yes : no);
        return result;
      },
      l(operator, mutant, right, short, value) {
        api.v = value;
        const goesOn = operator === '&&' ? Boolean(value) : operator === '||' ? !value : value === null || value === undefined;
        const result = on(mutant) ? !goesOn : goesOn;
        hit(result ? right : short);
        return result;
      },
      q(operator, others, mutant, left, right) {
        if (state.seen !== null && COMPARES.has(operator)) state.seen.push([operator, left, right]);
        if (mutant >= 0 && live()) {
          for (let index = 0; index < others.length; index += 1) {
            if (on(mutant + index)) return BINARY[others[index]](left, right);
          }
        }
        return BINARY[operator](left, right);
      },
      h(owner, name, wanted, isOptional) {
        if (isOptional && (owner === null || owner === undefined)) return undefined;
        if (state.seen !== null) for (const each of firstOf(owner)) state.seen.push(['among', wanted, each]);
        return owner[name](wanted);
      },
      d(value) {
        api.chosen = value;
        return value;
      },
      e(label) {
        if (state.seen !== null) state.seen.push(['===', api.chosen, label]);
        return label;
      },
      w(site, value) {
        if (state.awaited !== null) state.awaited(live() ? site : `${name}#${site}`, value);
        return value;
      },
      y(schema) {
        state.schema = schema;
        return schema;
      },
      a(value) {
        if (state.parsed !== null) state.parsed(state.schema, value);
        return value;
      },
    };
    return api;
  }

  return {
    state,
    StepLimit,
    of(name) {
      if (!modules.has(name)) modules.set(name, create(name));
      return modules.get(name);
    },
  };
}

module.exports = { createRuntime };
