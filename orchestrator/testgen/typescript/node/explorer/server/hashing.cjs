'use strict';
/** Hashes of passwords that are made with few rounds: exploring makes many. */

const { stringsFor } = require('../strings.cjs');

const HASHING = /^bcrypt(js)?$/;

/** bcrypt takes a tenth of a second for each hash on purpose; the fewest rounds do here. */
function cheap(real) {
  const fewer = (rounds) => (typeof rounds === 'number' ? Math.min(rounds, 4) : rounds);
  const all = { ...real };
  for (const name of ['hash', 'hashSync']) if (real[name]) all[name] = (text, rounds, ...rest) => real[name](text, fewer(rounds), ...rest);
  for (const name of ['genSalt', 'genSaltSync']) if (real[name]) all[name] = (rounds, ...rest) => real[name](fewer(rounds), ...rest);
  return Object.assign(all, { default: all, __esModule: true });
}

/** The nodes of hashes of the usual password, as a test makes one; `names` is what the module imports of the package. */
function hashesOf(real, { spec, names }) {
  if (typeof real?.hashSync !== 'function') return [];
  const isWhole = names.includes('default');
  const [password] = stringsFor('password');
  const hash = real.hashSync(password, 4);
  const as = isWhole ? 'bcrypt' : 'hashSync';
  return [{ t: 'code', code: `${isWhole ? 'bcrypt.' : ''}hashSync('${password}', 4)`, make: () => hash, from: { package: spec, name: isWhole ? 'default' : 'hashSync', as }, shape: { k: 'string' } }];
}

module.exports = { HASHING, cheap, hashesOf };
