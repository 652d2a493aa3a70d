'use strict';
/** Finds which cases come out otherwise at another time: only these need the time to stand still in their tests. */
const { steady } = require('./search.cjs');

const HOUR = 3_600_000;
const MOMENTS = [5, 10, 16, 2400, 9600].map((hours, index) => ({ later: hours * HOUR + (index + 1) * 617_431 })); // other seconds, hours, days, months
const PASSING = { later: 0, tick: 3 }; // the time does not stand still in between

/** Tell of each kept case that asks for the time: {value, calls}, whether what comes out, or what is done, depends on it. */
async function findClocks(search, isOver) {
  for (const entry of search.kept) {
    if (isOver()) return;
    const { begin } = entry.item.subject; // of servers, which look at the clock themselves
    if (entry.seen.broken.clock && !begin) entry.clock = await dependence(search.caller, entry);
  }
}

async function dependence(caller, { item, seen }) {
  const found = { value: false, calls: false };
  for (const moment of [...MOMENTS, PASSING]) {
    const then = await caller.call(item, { ...moment, isFresh: true });
    const common = then.broken.touched.length === 0 ? steady(seen, then) : undefined;
    found.value ||= !common || keyOf([common.value, then.error?.props]) !== keyOf([seen.value, seen.error?.props]);
    found.calls ||= found.value || keyOf(doneIn(common)) !== keyOf(doneIn(seen));
    if (found.value) break;
  }
  return found;
}

function doneIn({ clients, spies, args }) {
  return [clients.map(({ calls }) => calls), spies.map(({ calls }) => calls), args];
}

function keyOf(pictures) {
  return JSON.stringify(pictures, (_, each) => (typeof each === 'bigint' || (typeof each === 'number' && !Number.isFinite(each)) ? `${typeof each} ${each}` : each));
}

module.exports = { findClocks };
