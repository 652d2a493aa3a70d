'use strict';
/** Explores one module inside the project's own runner and writes what was found as JSON. */
const { Caller } = require('./calling.cjs');
const { Cases } = require('./cases.cjs');
const { ConfigSubject, bareEnvironment, inBareEnvironment } = require('./config.cjs');
const { Values } = require('./values.cjs');
const { World } = require('./world.cjs');
const { Search } = require('./search.cjs');
const { killMatrix } = require('./killing.cjs');
const { makePlainer } = require('./plainer.cjs');
const { makeTelling } = require('./telling.cjs');
const { findClocks } = require('./clocks.cjs');
const { findDeciding } = require('./deciding.cjs');
const { buildFence } = require('./fence.cjs');
const { candidatesOf, defectsOf } = require('./candidates.cjs');
const { shieldOf } = require('./environment.cjs');
const { importProblem } = require('./importing.cjs');
const { expanded } = require('./graphql.cjs');
const { withSchemas } = require('./schemas.cjs');
const { withOutcomes } = require('./outcomes.cjs');
const { prepareServer, servedSubjects } = require('./server/index.cjs');
const { rememberKeys } = require('../keys.cjs');
const { createRuntime } = require('../instrument/runtime.cjs');

/** `api` is {load, reset, core}: import a module, forget all modules, a module of Node's own. */
async function explore(plan, api) {
  const fs = api.core('fs');
  const write = fs.writeFileSync;
  const answer = (content) => write(plan.result, JSON.stringify({ path: plan.path, ...content }));
  const journal = plan.journal ? journalOf((key) => write(plan.journal, key)) : () => undefined;
  const runtime = (globalThis.__orchestrate = globalThis.__orchestrate ?? createRuntime());
  const { state } = runtime;
  state.watched = plan.path;
  const fence = buildFence(api.core, plan.cache, plan.root);
  const forgetKeys = rememberKeys(api.core('crypto'));
  let bringBack;
  let stopWatching;
  try {
    const world = await new World(plan, api, state, await api.load(plan.helper)).prepare();
    const assembly = prepareServer(world, api, state);
    fence.begin();
    state.hits = new Set();
    state.touched = new Set();
    bringBack = bareEnvironment(plan);
    plan.isBare = bringBack !== undefined && (await world.reload(-1));
    if (!plan.isBare) bringBack?.();
    world.environment.watch();
    stopWatching = () => world.environment.restore();
    if (!plan.isBare && !(await world.reload(-1)) && !(await throughServer(world, plan)) && !isRefused(plan)) return answer({ problem: importProblem(world.problem, plan.absolute) });
    const imported = { goals: [...state.hits], mutants: [...state.touched], packages: new Set(world.doubled) };
    const job = { plan, world, state, fence, journal, assembly };
    return answer(await searched(job, imported));
  } catch (error) {
    return answer({ problem: `cannot be explored: ${error?.stack || error}` });
  } finally {
    stopWatching?.();
    bringBack?.();
    fence.restore();
    forgetKeys();
  }
}

/** A module in a circle of imports may need the server loaded first; tests of its routes import that anyway. */
async function throughServer(world, plan) {
  for (const { file } of plan.server?.instances ?? []) {
    if (file === plan.path) continue;
    const { problem } = world;
    world.first = [file];
    if (await world.reload(-1)) return true;
    world.problem = problem;
  }
  world.first = [];
  return false;
}

/** A module that cannot be imported as things are may be meant to refuse that: only its environment is changed then. */
function isRefused(plan) {
  plan.subjects = plan.subjects.filter((each) => each.kind === 'config');
  plan.isRefused = plan.subjects.length > 0;
  return plan.isRefused;
}

async function searched(job, imported) {
  const { plan, world, state, fence, journal, assembly } = job;
  plan.subjects = withoutPinned(withSchemas(await expanded(plan, world), world));
  const random = chance(plan.seed);
  const values = (world.values = new Values(plan.types, plan.facts, random, plan.subjects));
  Object.assign(values, { bodies: plan.bodies, hashes: world.hashes });
  const caller = new Caller(world, state, fence);
  const wanted = plan.subjects.filter((each) => !plan.avoid.includes(subjectName(each)));
  const subjects = (await servedSubjects(wanted, assembly, caller, values)).map((each) => (each.kind === 'config' ? new ConfigSubject(each, world, values) : each));
  const cases = new Cases(values, subjects, random, plan.hasState);
  const began = process.cpuUsage(); // loading the project's compiler and its servers is not exploring
  const now = seldom(() => spent(process.cpuUsage(began))); // of the processor: what else the machine does makes no difference
  const limits = { calls: plan.calls, perRound: Math.max(60, Math.floor(plan.calls / 6 / Math.max(1, subjects.length))), rounds: 12, enough: 6, misses: assembly ? 60 : 150, fruitless: assembly ? 2 : 4, until: plan.seconds * 0.6, patience: Math.max(30, plan.seconds * 3) };
  const goals = [...plan.goals.keys()].filter((each) => !imported.goals.includes(each));
  const search = new Search({ caller, cases, subjects, goals, limits, now, journal });
  await search.run();
  const cut = new Set(search.isCutShort ? ['exploring'] : []);
  const over = (share, what) => () => {
    if (now() <= plan.seconds * share) return false;
    cut.add(what);
    return true;
  };
  await makePlainer(search, over(0.9, 'making tests plain'));
  await makeTelling(search, over(0.95, 'making tests plain'));
  await findDeciding(search, over(1.1, 'comparing tests'));
  await findClocks(search, over(1.15, 'comparing tests'));
  const isOver = over(1.3, 'trying mutants');
  const atImport = plan.isRefused ? [] : imported.mutants;
  const matrix = await killMatrix({ kept: search.kept, caller, world, atImport, isOver });
  const written = candidatesOf(plan, cases, { kept: search.kept, matrix, world, dropped: search.dropped });
  const { candidates, outcomes } = withOutcomes(plan, plan.isBare ? inBareEnvironment(plan, written, subjects.find((each) => each.kind === 'config')) : written);
  return { candidates, outcomes, shield: shieldOf(plan, world.environment), packages: neededPackages(job, imported, search.kept, candidates), imported: imported.goals, defects: defectsOf(plan, search.defects), dropped: search.dropped, calls: caller.calls, cut_short: [...cut] };
}

/** The doubled packages that tests load or ask: a server of the project that was only tried out may load others. */
function neededPackages({ plan, world }, imported, kept, candidates) {
  const known = new Set([plan.path, ...plan.companions, ...plan.imports.map(({ file }) => file)]);
  const isKnown = ({ file, isType }) => file === undefined || isType || known.has(file);
  if (!candidates.every(({ imports }) => imports.every(isKnown))) return [...world.doubled];
  const asked = new Set(kept.flatMap(({ seen }) => seen.clients.filter(({ calls }) => calls.items?.length > 0).map(({ node }) => node.spec)));
  return [...world.doubled].filter((each) => imported.packages.has(each) || asked.has(each));
}

/** What is made from the environment is not pinned as it happens to be. */
function withoutPinned(subjects) {
  const made = new Set(subjects.filter((each) => each.kind === 'config').flatMap((each) => each.names));
  return subjects.filter((each) => each.kind !== 'constant' || !made.has(each.export));
}

/** Ask only at every sixty-fourth time: asking the system takes as long as a short call. */
function seldom(ask) {
  let count = 0;
  let last;
  return () => {
    if (count % 64 === 0) last = ask();
    count += 1;
    return last;
  };
}

function spent({ user, system }) {
  return (user + system) / 1e6;
}

function subjectName(subject) {
  return subject.member ? `${subject.export}.${subject.member}` : subject.export;
}

/** Note what is being tried, for the case that it ends the process. */
function journalOf(write) {
  let last;
  return ({ subject }) => {
    if (subject !== last) write(`${subjectName(subject)}\0`);
    last = subject;
  };
}

/** A seeded source of numbers from 0 to 1 (mulberry32). */
function chance(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

module.exports = { explore };
