'use strict';
/** Names of the source as words of a sentence: "userRepository" → "user repository", one and many. */

/** Say whether a step of a path stands for how something is made, not for a name. */
function isStructural(key) {
  return typeof key === 'number' || key === 'of' || key === 'returns';
}

function named(name) {
  return name.replace(/_/g, ' ').replace(/([a-z\d])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`);
}

function singular(name) {
  if (/ies$/.test(name)) return name.replace(/ies$/, 'y');
  if (/(ss|us|is)$/.test(name)) return name;
  return name.replace(/(ch|sh|x|s)es$/, '$1').replace(/s$/, '');
}

function plural(name) {
  const one = singular(name);
  if (one === '') return '';
  if (/[^aeiou]y$/.test(one)) return one.replace(/y$/, 'ies');
  return /(ch|sh|x|s)$/.test(one) ? `${one}es` : `${one}s`;
}

module.exports = { isStructural, named, plural, singular };
