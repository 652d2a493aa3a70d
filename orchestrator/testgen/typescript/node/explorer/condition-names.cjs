'use strict';
/** Names of the source as words of a sentence: "userRepository" → "user repository", one and many. */

/** Say whether a step of a path stands for how something is made, not for a name. */
function isStructural(key) {
  return typeof key === 'number' || key === 'of' || key === 'returns';
}

function named(name) {
  return name.replace(/_/g, ' ').replace(/([a-z\d])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`);
}

const IRREGULAR = [['criterion', 'criteria'], ['child', 'children'], ['person', 'people']];
const COLLECTIVE = /(^|_|[a-z])(data|media)$/i;

function singular(name) {
  const irregular = IRREGULAR.map(([one, many]) => exchanged(name, many, one)).find(Boolean);
  if (irregular) return irregular;
  if (/ies$/.test(name)) return name.replace(/ies$/, 'y');
  if (/(ss|us|is)$/.test(name)) return name;
  return name.replace(/(ch|sh|x|s)es$/, '$1').replace(/s$/, '');
}

function plural(name) {
  const one = singular(name);
  if (one === '' || COLLECTIVE.test(one)) return one;
  const irregular = IRREGULAR.map(([from, many]) => exchanged(one, from, many)).find(Boolean);
  if (irregular) return irregular;
  if (/[^aeiou]y$/.test(one)) return one.replace(/y$/, 'ies');
  return /(ch|sh|x|s)$/.test(one) ? `${one}es` : `${one}s`;
}

/** A name that ends with another word that begins alike; undefined where it does not end with the first. */
function exchanged(name, from, to) {
  const at = name.length - from.length;
  return at >= 0 && name.slice(at).toLowerCase() === from ? name.slice(0, at + 1) + to.slice(1) : undefined;
}

module.exports = { isStructural, named, plural, singular };
