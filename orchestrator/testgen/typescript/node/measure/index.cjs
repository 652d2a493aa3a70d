'use strict';
/** Says what each test of a file reaches in the module, and which mutants it notices. */
const { buildRecorder, prepare, runTest } = require('./recorder.cjs');
const { HASHING, cheap } = require('../explorer/server/hashing.cjs');
const { namePlugins, watchingFastify } = require('../plugins.cjs');
const { rememberKeys } = require('../keys.cjs');
const { createRuntime } = require('../instrument/runtime.cjs');

const MOST_STEPS = 3_000_000;
const MOST_UNLIKELY = 2; // tests that are tried on a mutant though it was not seen that they notice it

async function measure(plan, api) {
  const write = api.core('fs').writeFileSync;
  const clock = { set: setTimeout, clear: clearTimeout };
  const runtime = (globalThis.__orchestrate = globalThis.__orchestrate ?? createRuntime());
  const recorder = buildRecorder();
  const kept = Object.fromEntries(Object.keys(recorder.globals).map((name) => [name, globalThis[name]]));
  Object.assign(globalThis, recorder.globals, { __recorder: recorder.globals });
  const forgetKeys = rememberKeys(api.core('crypto'));
  runtime.state.watched = plan.path;
  keepPackages(plan, api);
  try {
    write(plan.result, JSON.stringify(await measured(plan, { api, clock, recorder, state: runtime.state })));
  } catch (error) {
    write(plan.result, JSON.stringify({ problem: String(error?.stack ?? error) }));
  } finally {
    Object.assign(globalThis, kept);
    forgetKeys();
  }
}

/**
 * Packages stay loaded when modules are loaded anew; what a test file doubles, it doubles afterwards. Our own tests came
 * out of cheap hashes, and each of them runs once for every mutant; a person's may count the rounds.
 */
function keepPackages({ packages, likely }, api) {
  if (!api.actual) return;
  const kept = new Map();
  const load = (spec) => {
    const real = api.actual(spec);
    if (likely && HASHING.test(spec)) return cheap(real);
    return spec === 'fastify' ? watchingFastify(real, namePlugins) : real;
  };
  for (const spec of packages) api.mock(spec, () => kept.get(spec) ?? kept.set(spec, load(spec)).get(spec));
}

async function measured(plan, job) {
  const { recorder, state } = job;
  Object.assign(state, { hits: new Set(), touched: new Set(), active: -1 });
  await load(plan, job, -1);
  const began = process.cpuUsage();
  const isOver = () => process.cpuUsage(began).user / 1e6 > plan.seconds;
  const imported = { goals: [...state.hits], mutants: [...state.touched] };
  const tests = {};
  const touchedBy = new Map();
  for (const [index, test] of recorder.tests.entries()) {
    const entry = (tests[test.name] ??= { goals: [], kills: [], failure: '' });
    const early = await prepared(test, job);
    imported.mutants.push(...early.mutants); // what a test only prepares once is like what it imports
    const failure = await run(test, job, -1);
    entry.goals.push(...early.goals, ...state.hits);
    if (failure) entry.failure = String(failure.stack ?? failure).slice(0, 1200);
    for (const mutant of state.touched) touchedBy.set(mutant, [...(touchedBy.get(mutant) ?? []), index]);
  }
  const tried = await killed(plan, job, { imported, tests, touchedBy, isOver });
  for (const each of Object.values(tests)) each.goals = [...new Set(each.goals)];
  return { imported: imported.goals, tests, tried, isCutShort: isOver() };
}

/** What is reached by what a test needs done once before it; where that fails, so does the test. */
async function prepared(test, { state, clock }) {
  Object.assign(state, { hits: new Set(), touched: new Set(), steps: 0, most: MOST_STEPS });
  await prepare(test, false, clock).catch(() => undefined);
  state.most = Infinity;
  return { goals: [...state.hits], mutants: [...state.touched] };
}

/** Fill the kills of the tests; return the mutants that were tried. Those reached at import need the module anew. */
async function killed(plan, job, { imported, tests, touchedBy, isOver }) {
  const { recorder } = job;
  const tried = [];
  const note = (test, mutant) => { if (!tests[test.name].kills.includes(mutant)) tests[test.name].kills.push(mutant); };
  const atImport = new Set(imported.mutants);
  for (const [mutant, indexes] of touchedBy) {
    if (atImport.has(mutant)) continue;
    if (isOver()) return tried;
    tried.push(mutant);
    for (const index of ordered(indexes, plan.likely?.[mutant], recorder.tests)) {
      if (!(await run(recorder.tests[index], job, mutant))) continue;
      note(recorder.tests[index], mutant);
      if (plan.likely) break; // one that notices it is enough
    }
  }
  for (const mutant of atImport) {
    if (isOver()) return tried;
    tried.push(mutant);
    if (!(await load(plan, job, mutant))) {
      for (const each of Object.values(tests)) each.kills.push(mutant);
      continue;
    }
    for (const index of ordered(recorder.tests.keys(), plan.likely?.[mutant], recorder.tests)) {
      if (!(await run(recorder.tests[index], job, mutant))) continue;
      note(recorder.tests[index], mutant);
      if (plan.likely) break;
    }
  }
  return tried;
}

/** The tests that noticed a mutant while the module was explored come first. */
function ordered(indexes, likely, tests) {
  const all = [...indexes];
  if (!likely) return all;
  const isLikely = (index) => likely.some((name) => tests[index].name.startsWith(name));
  return [...all.filter(isLikely), ...all.filter((each) => !isLikely(each)).slice(0, MOST_UNLIKELY)];
}

async function load(plan, { api, recorder, state }, mutant) {
  recorder.reset();
  Object.assign(state, { active: mutant, steps: 0, most: MOST_STEPS });
  try {
    api.reset();
    await api.load(plan.test);
    return true;
  } catch (error) {
    if (mutant < 0) throw error;
    return false;
  } finally {
    Object.assign(state, { active: -1, most: Infinity });
  }
}

async function run(test, { state, clock }, mutant) {
  Object.assign(state, { hits: new Set(), touched: new Set(), steps: 0, most: MOST_STEPS, active: mutant });
  try {
    return await runTest(test, mutant >= 0, clock);
  } finally {
    Object.assign(state, { active: -1, most: Infinity });
  }
}

module.exports = { measure };
