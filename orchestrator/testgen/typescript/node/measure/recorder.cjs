'use strict';
/** A small test framework in the place of the runner's: it collects tests, so that they can be run again and again. */
const { Patience } = require('../patience.cjs');

/** Milliseconds, at most and at least, until what is done once before tests is done, and until a test is. */
const START = [4000, 500];
const TEST = [4000, 300];

function buildRecorder() {
  let current;
  const tests = [];
  const starting = new Patience(...START);
  const patiences = new Map(); // by the names of tests, which come again when their file is loaded anew
  const reset = () => {
    tests.length = 0;
    current = { title: '', parent: null, hooks: { beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] } };
  };
  const describe = (title, body) => {
    current = { title, parent: current, hooks: { beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] } };
    body();
    current = current.parent;
  };
  const add = (title, body, args = []) => {
    const path = [];
    for (let at = current; at.parent; at = at.parent) path.unshift(at.title);
    const name = [...path, title].join(' > ');
    if (!patiences.has(name)) patiences.set(name, new Patience(...TEST));
    tests.push({ name, body, args, suite: current, starting, patience: patiences.get(name) });
  };
  const it = (title, body) => add(title, body);
  it.each = (rows) => (title, body) => { for (const row of rows) add(title, body, Array.isArray(row) ? row : [row]); };
  it.skip = () => undefined;
  it.todo = () => undefined;
  it.only = it;
  it.concurrent = it;
  describe.each = (rows) => (title, body) => { for (const row of rows) describe(title, () => body(...(Array.isArray(row) ? row : [row]))); };
  describe.skip = () => undefined;
  describe.only = describe;
  const hook = (kind) => (body) => { current.hooks[kind].push(body); };
  reset();
  const globals = { describe, it, test: it, beforeAll: hook('beforeAll'), beforeEach: hook('beforeEach'), afterEach: hook('afterEach'), afterAll: hook('afterAll') };
  return { globals, tests, reset };
}

/** Do what has to be done once before a test; an application may have to be started for that. */
async function prepare(test, isMutated, clock) {
  const settled = settling(isMutated, clock);
  for (const each of suitesOf(test)) {
    if (!each.isReady) for (const hook of each.hooks.beforeAll) await settled(hook(), test.starting);
    each.isReady = true;
  }
}

function suitesOf(test) {
  const suites = [];
  for (let at = test.suite; at; at = at.parent) suites.unshift(at);
  return suites;
}

/** Run one test with its hooks; return the error, or undefined when it passed. */
async function runTest(test, isMutated, clock) {
  const settled = settling(isMutated, clock);
  const suites = suitesOf(test);
  let failure;
  try {
    await prepare(test, isMutated, clock);
    for (const each of suites) for (const hook of each.hooks.beforeEach) await settled(hook(), test.patience);
    await settled(test.body(...test.args), test.patience);
  } catch (error) {
    failure = error ?? new Error('failed');
  }
  for (const each of suites.reverse()) {
    for (const hook of each.hooks.afterEach) {
      try {
        await settled(hook(), test.patience);
      } catch (error) {
        failure = failure ?? error;
      }
    }
  }
  return failure;
}

/** Return what waits for a hook or a test that is asynchronous. */
function settling(isMutated, clock) {
  return (result, patience) => (typeof result?.then === 'function' ? patience.settled(result, isMutated, () => new Error('did not settle in time'), clock) : result);
}

module.exports = { buildRecorder, prepare, runTest };
