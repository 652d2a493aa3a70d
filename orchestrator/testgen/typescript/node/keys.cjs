'use strict';
/** Remembers which texts are keys: packages that sign and verify ask anew each time, and a refusal takes longest. */
const MAKERS = ['createPublicKey', 'createPrivateKey'];

/** Put the remembering functions into the place of Node's own; return what takes that back. */
function rememberKeys(crypto) {
  const undo = MAKERS.map((name) => {
    const real = crypto[name];
    const known = new Map();
    crypto[name] = (given) => {
      const key = typeof given === 'string' ? given : Buffer.isBuffer(given) ? `:${given.toString('base64')}` : undefined;
      if (key === undefined) return real(given);
      if (!known.has(key)) known.set(key, attempt(() => real(given)));
      const { made, error } = known.get(key);
      if (error) throw error;
      return made;
    };
    return () => { crypto[name] = real; };
  });
  return () => { for (const each of undo) each(); };
}

function attempt(make) {
  try {
    return { made: make() };
  } catch (error) {
    return { error };
  }
}

module.exports = { rememberKeys };
