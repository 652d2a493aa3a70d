'use strict';
/** Hashes of passwords that are made with few rounds: exploring makes many. */

/** bcrypt takes a tenth of a second for each hash on purpose; the fewest rounds do here. */
function cheap(real) {
  const fewer = (rounds) => (typeof rounds === 'number' ? Math.min(rounds, 4) : rounds);
  const all = { ...real };
  for (const name of ['hash', 'hashSync']) if (real[name]) all[name] = (text, rounds, ...rest) => real[name](text, fewer(rounds), ...rest);
  for (const name of ['genSalt', 'genSaltSync']) if (real[name]) all[name] = (rounds, ...rest) => real[name](fewer(rounds), ...rest);
  return Object.assign(all, { default: all, __esModule: true });
}

module.exports = { cheap };
