'use strict';
/** Remembers which texts are public keys: packages that verify tokens ask anew each time, and a refusal takes longest. */

/** Put the remembering function into the place of Node's own; return what takes that back. */
function rememberKeys(crypto) {
  const real = crypto.createPublicKey;
  const known = new Map();
  crypto.createPublicKey = function createPublicKey(given) {
    const key = typeof given === 'string' ? given : Buffer.isBuffer(given) ? `:${given.toString('base64')}` : undefined;
    if (key === undefined) return real(given);
    if (!known.has(key)) known.set(key, attempt(() => real(given)));
    const { made, error } = known.get(key);
    if (error) throw error;
    return made;
  };
  return () => { crypto.createPublicKey = real; };
}

function attempt(make) {
  try {
    return { made: make() };
  } catch (error) {
    return { error };
  }
}

module.exports = { rememberKeys };
