'use strict';
/** Inputs that are functions, by what they answer: methods of `Values`. */
const { value } = require('./built-in-values.cjs');
const { clockTimes } = require('./numbers.cjs');

const AFRESH = 2; // how deep what a function returns is taken to be

const FUNCTIONS = {
  functionValues(shape, name, depth) {
    const isAsync = shape.returns.k === 'promise';
    const returns = isAsync ? shape.returns.of : shape.returns;
    if (returns.k === 'undefined') return [{ t: 'fn', spy: true, isAsync, returns: value(undefined) }];
    const isClock = shape.takes === 0 && (name === 'now' || /clock/i.test(name));
    const options = isClock && returns.k === 'number' ? clockTimes().map((each) => ({ ...value(each), shape: returns, name: '' })) : this.returned(returns, isClock ? 'at' : name, depth).slice(0, 8);
    const found = options.map((node) => ({ t: 'fn', isAsync, takes: shape.takes, returns: node }));
    if (returns.k === 'any' && shape.takes > 0) found.unshift({ t: 'fn', isAsync, takes: shape.takes, returns: value(undefined), echo: true });
    const others = options.length > 1 && shape.takes === 0 ? options.slice(1, isClock ? 6 : 5) : [];
    const late = others.flatMap((node) => [{ t: 'fn', isAsync, returns: options[0], later: node }, ...(isClock ? [] : [{ t: 'fn', isAsync, returns: node, later: options[0] }])]);
    return [...found, ...late, { t: 'fn', isAsync, throws: true, returns: value(undefined) }];
  },

  /** What a function returns is looked at from anew: one deep inside of what is given answers like any other. */
  returned(shape, name, depth) {
    const isInner = this.isReturning;
    this.isReturning = true;
    const found = this.of(shape, name, isInner ? depth + 1 : Math.min(depth + 1, AFRESH));
    this.isReturning = isInner;
    return found;
  },
};

module.exports = { FUNCTIONS };
