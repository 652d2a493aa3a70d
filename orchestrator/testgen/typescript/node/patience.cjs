'use strict';
/**
 * Waits for a promise for a number of milliseconds that are counted one turn of the event loop after the other.
 *
 * A turn counts as the same however late it comes: on a busy machine everything else of this process comes late as well,
 * so that whether a call settles in time does not depend on what else the machine does.
 */
const TURN = 10; // milliseconds

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

module.exports = { settled };
