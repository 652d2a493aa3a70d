'use strict';
/** Time that passes on a clock that is given to an object: between the calls before and the call itself. */
const { isTime } = require('./features.cjs');

const UNITS = [[86_400_000, '24 * 60 * 60 * 1000'], [3_600_000, '60 * 60 * 1000'], [60_000, '60 * 1000'], [1000, '1000']];

/** Say whether a function is a clock that goes on: it shows a time, and a later one. */
function goesOn({ returns, later }) {
  return isTime(returns?.v) && isTime(later?.v) && later.v > returns.v;
}

/** The source of so many milliseconds in the unit that a person would count them in. */
function spanOf(milliseconds) {
  const [length, source] = UNITS.find(([each]) => milliseconds % each === 0) ?? [1, ''];
  const count = milliseconds / length;
  return [...(count > 1 || source === '' ? [count] : []), ...(source ? [source] : [])].join(' * ');
}

module.exports = { goesOn, spanOf };
