'use strict';
/** What mutants put in the place of an operator or a method. */

const OPERATORS = {
  '<': ['<=', '>='], '<=': ['<', '>'], '>': ['>=', '<='], '>=': ['>', '<'],
  '===': ['!=='], '!==': ['==='], '==': ['!='], '!=': ['=='],
  '+': ['-'], '-': ['+'], '*': ['/'], '/': ['*'], '%': ['*'], '**': ['*'],
  '&': ['|'], '|': ['&'], '<<': ['>>'], '>>': ['<<'], '>>>': ['<<'], '^': ['&'],
};

const ASSIGNMENTS = { '+=': '+', '-=': '-', '*=': '*', '/=': '/', '%=': '%' };

/** A method that does the opposite, or one that does nothing with the same arguments. */
const METHODS = {
  toLowerCase: 'toUpperCase', toUpperCase: 'toLowerCase', startsWith: 'endsWith', endsWith: 'startsWith',
  some: 'every', every: 'some', min: 'max', max: 'min', floor: 'ceil', ceil: 'floor', round: 'floor',
  trim: 'valueOf', trimStart: 'valueOf', trimEnd: 'valueOf', normalize: 'valueOf', substring: 'valueOf',
  slice: 'valueOf', sort: 'slice', reverse: 'slice', filter: 'slice', padStart: 'valueOf', padEnd: 'valueOf',
};

const NAMES = {
  '<': 'boundary', '<=': 'boundary', '>': 'boundary', '>=': 'boundary',
};

function kindOf(operator) {
  return NAMES[operator] ?? (/[=!]=/.test(operator) ? 'equality' : 'arithmetic');
}

module.exports = { ASSIGNMENTS, METHODS, OPERATORS, kindOf };
