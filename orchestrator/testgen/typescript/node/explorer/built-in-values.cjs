'use strict';
/** Inputs of the kinds that the language and its platform know: methods of `Values`. */
const DATES = ['2024-01-31T12:30:00.000Z', '2024-02-29T00:00:00.000Z', '2023-12-31T23:59:59.999Z'];

const UNUSUAL = /^(is|was|has_?been)?_?(archived|banned|blocked|cancell?ed|closed|deleted|disabled|expired|failed|frozen|full|hidden|locked|muted|rejected|removed|revoked|suspended|used)$/i;

const value = (v) => ({ t: 'value', v });
const code = (source, make, from) => ({ t: 'code', code: source, make, from });
const date = (iso) => code(`new Date('${iso}')`, () => new Date(iso));

const BUILT_IN = {
  bigintValues() {
    return [code('1n', () => 1n), code('0n', () => 0n)];
  },

  nullValues() {
    return [value(null)];
  },

  undefinedValues() {
    return [value(undefined)];
  },

  writtenValues() {
    return [value(undefined)];
  },

  symbolValues() {
    return [code("Symbol.for('a')", () => Symbol.for('a'))];
  },

  /** What is usual comes first: nothing is deleted. */
  booleanValues(_shape, name) {
    return UNUSUAL.test(name) ? [value(false), value(true)] : [value(true), value(false)];
  },

  /** Functions that stand before a route: one lets everybody through, one nobody. */
  hookValues() {
    const through = code('async () => undefined', () => async () => undefined);
    const nobody = code('async (_request, reply) => reply.code(401).send()', () => async (_request, reply) => reply.code(401).send());
    return [through, nobody];
  },

  /** Keys of MongoDB, which code asks for their text. */
  objectIdValues() {
    return ['507f1f77bcf86cd799439011', '65b9f3a1c2d4e5f607182930'].map((each) => code(`{ toString: () => '${each}' }`, () => ({ toString: () => each })));
  },

  DateValues() {
    return DATES.map(date);
  },

  RegExpValues() {
    return [code('/a+/', () => /a+/)];
  },

  ErrorValues() {
    const messages = ['failed', ...this.literals.filter((each) => /^[A-Z]/.test(each)).slice(0, 4)];
    return messages.map((each) => code(`new Error(${JSON.stringify(each)})`, () => new Error(each)));
  },

  URLValues() {
    return [code("new URL('https://example.com/a?b=1')", () => new URL('https://example.com/a?b=1'))];
  },

  BufferValues() {
    return ['abc', '', 'Hello'].map((each) => code(`Buffer.from('${each}')`, () => Buffer.from(each)));
  },

  Uint8ArrayValues() {
    return this.BufferValues();
  },

  FunctionValues() {
    return [{ t: 'fn', returns: value(1) }];
  },
};

module.exports = { BUILT_IN, code, value };
