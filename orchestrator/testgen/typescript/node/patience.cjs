'use strict';
/**
 * Waits for a promise for a number of milliseconds that are counted one turn of the event loop after the other.
 *
 * A turn counts as the same however late it comes: on a busy machine everything else of this process comes late as well,
 * so that whether a call settles in time does not depend on what else the machine does.
 */
const TURN = 10; // milliseconds
const TIMES = 10; // what takes so many times as long as it did without a mutant is kept from ending

/** Return what is promised; throw `tooLate()` when it does not settle. `clock` has the timers that nobody replaced. */
async function settled(promise, patience, tooLate, clock) {
  let timer;
  const late = new Promise((_, reject) => {
    let left = Math.ceil(patience / TURN);
    const turn = () => {
      left -= 1;
      if (left < 0) reject(tooLate());
      else timer = clock.set(turn, TURN);
    };
    turn();
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clock.clear(timer);
  }
}

/**
 * How long something may take that can be slow, as the start of an application is.
 *
 * Many mutants keep it from ever ending. Where it is known how long it takes without one, nobody waits the whole time for those.
 */
class Patience {
  /** Milliseconds: `longest` is waited for what no mutant changes, `least` for everything. */
  constructor(longest, least) {
    Object.assign(this, { longest, least, taken: undefined });
  }

  /** Milliseconds to wait; `isMutated` says whether a mutant is switched on. */
  most(isMutated) {
    if (!isMutated || this.taken === undefined) return this.longest;
    return Math.min(this.longest, Math.max(this.least, this.taken * TIMES));
  }

  /** Wait as `settled` does, and remember how long the slowest took that no mutant changed. */
  async settled(promise, isMutated, tooLate, clock) {
    let turns = 0;
    const counting = { ...clock, set: (turn, pause) => { turns += 1; return clock.set(turn, pause); } };
    const result = await settled(promise, this.most(isMutated), tooLate, counting);
    if (!isMutated) this.taken = Math.max(this.taken ?? 0, turns * TURN);
    return result;
  }
}

module.exports = { Patience, settled };
