'use strict';
/**
 * Finds for each kept case which mutants it tells apart.
 *
 * Mutants whose place is reached while the module is imported need the module anew; all others only a switch.
 */
const { tellsApart } = require('./verdicts.cjs');

const LARGE = 8; // values in an object
const ENOUGH = 6; // cases known to notice a mutant, to choose from

/** Return for each kept case {value: [mutants], calls: [mutants], paths: [[mutant, where in an object it shows]]}; no paths where not all mutants were tried. */
async function killMatrix({ kept, caller, world, atImport, isOver }) {
  const matrix = kept.map(() => ({ value: [], calls: [], paths: [] }));
  const counts = new Map();
  const note = (index, mutant, told) => {
    if (told.value) matrix[index].value.push(mutant);
    if (told.calls) matrix[index].calls.push(mutant);
    if (told.paths) matrix[index].paths.push([mutant, told.paths]);
    if (told.value) counts.set(mutant, (counts.get(mutant) ?? 0) + 1);
  };
  /** One more case for a mutant that many notice says nothing, unless it is the only thing that shows what the case is worth. */
  const isKnown = (index, mutant) => counts.get(mutant) >= ENOUGH && matrix[index].value.length > 0 && !isLarge(kept[index].seen);
  for (const [index, { item, seen }] of kept.entries()) {
    for (const mutant of seen.touched) {
      if (isOver()) return withKnown(matrix, kept);
      if (isKnown(index, mutant)) continue;
      note(index, mutant, tellsApart(seen, await caller.call(item, { active: mutant })));
    }
  }
  for (const mutant of atImport) {
    if (isOver()) break;
    if (!(await world.reload(mutant))) {
      kept.forEach((_, index) => note(index, mutant, { value: true, calls: true })); // it does not load: every test fails
      continue;
    }
    for (const [index, { item, seen }] of kept.entries()) {
      if (seen.touched.has(mutant) || isKnown(index, mutant)) continue;
      note(index, mutant, tellsApart(seen, await caller.call(item, { active: mutant })));
    }
  }
  await world.reload(-1);
  return matrix;
}

/** Say whether an object comes out of which other tests may assert a part only: what this one notices has to be known. */
function isLarge({ kind, value }) {
  return kind === 'value' && value.t === 'object' && countIn(value) >= LARGE;
}

function countIn({ t, props }) {
  return t === 'object' ? props.reduce((sum, [, each]) => sum + countIn(each), 0) : 1;
}

/** Where there is no time to try mutants, those count that a case was kept for. */
function withKnown(matrix, kept) {
  for (const [index, { seen, kills }] of kept.entries()) {
    const { value, calls } = matrix[index];
    matrix[index].paths = undefined;
    if (calls.length > 0) continue;
    calls.push(...kills);
    if (!isDone(seen)) value.push(...kills);
  }
  return matrix;
}

/** Say whether a call asked or told somebody something. */
function isDone({ clients, spies }) {
  return clients.some(({ calls }) => calls.items?.length > 0) || spies.some(({ calls }) => calls.length > 0);
}

module.exports = { killMatrix };
