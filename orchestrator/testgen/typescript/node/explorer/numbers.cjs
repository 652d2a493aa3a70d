'use strict';
/** Numbers that a person would try, by the name of what they are for. */

const NUMBERS = [1, 0, 2, -1, 10, 100, 0.5, 1000, NaN];
const NOW = 1706704200; // 2024-01-31T12:30:00Z, in seconds
const MINUTE = 60_000;
const DAY = 86_400_000;
const LATER = [0, MINUTE, 60 * MINUTE, DAY, 31 * DAY, 400 * DAY]; // milliseconds
/** What is counted: the last word of its name says so. There is half of it nowhere, nor less than none. */
const COUNTED = /(^|_)(limit|count|size|page|offset|skip|take|total|quantity|length|index|attempts?|retries|level|version|position|rank|ms|milliseconds|seconds?|minutes?|hours?|days?|weeks?|months?|years?|age|ttl|timeout|interval|duration|width|height|port|depth|capacity|views|likes|members|seats|stock)$/;
/** Milliseconds for which something holds: nobody waits for their end. */
const LASTING = /(window|ttl|life(time)?|age|expir\w*|valid\w*|lock\w*)_?(ms|millis(econds)?)$/i;

/** The numbers for a name, the most natural one first; `mined` are those of the module. */
function numbersFor(name, mined) {
  const all = [...new Set([...NUMBERS, ...mined])];
  if (/year/i.test(name)) return [2024, ...all];
  if (/^(http)?status_?(code)?$/i.test(name)) return [200, 404, 500, ...all];
  if (/hour$/i.test(name)) return [12, 0, 23, ...all];
  if (LASTING.test(name)) return [MINUTE, ...all];
  if (/seconds$/i.test(name)) return [60, ...all];
  if (isTime(name)) return [NOW, ...all];
  if (!COUNTED.test(wordsOf(name))) return all;
  return [...all.filter((each) => !isOddNumber(name, each)), ...all.filter((each) => isOddNumber(name, each))];
}

/** What a clock of numbers shows: a time, and later ones. */
function clockTimes() {
  return LATER.map((each) => NOW * 1000 + each);
}

/** Say whether nobody would give a number for something of this name, but to see what happens. */
function isOddNumber(name, number) {
  if (!Number.isFinite(number)) return true;
  if (/hour$/i.test(name) && number > 23) return true;
  return COUNTED.test(wordsOf(name)) && (number < 0 || !Number.isInteger(number));
}

function isTime(name) {
  return /(timestamp|now)$/i.test(name) || /(^|_)at$|[a-z]At$/.test(name);
}

function wordsOf(name) {
  return name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
}

module.exports = { clockTimes, isOddNumber, numbersFor };
