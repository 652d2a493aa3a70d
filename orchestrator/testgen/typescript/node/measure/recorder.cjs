'use strict';
/** A small test framework in the place of the runner's: it collects tests, so that they can be run again and again. */
const { settled } = require('../patience.cjs');

const LONGEST_START = 4000; // milliseconds

function buildRecorder() {
  let current;
  const tests = [];
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
    tests.push({ name: [...path, title].join(' > '), body, args, suite: current });
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
async function prepare(test, clock) {
  for (const each of suitesOf(test)) {
    if (!each.isReady) for (const hook of each.hooks.beforeAll) await within(hook, [], LONGEST_START, clock);
    each.isReady = true;
  }
}

function suitesOf(test) {
  const suites = [];
  for (let at = test.suite; at; at = at.parent) suites.unshift(at);
  return suites;
}

/** Run one test with its hooks; return the error, or undefined when it passed. */
async function runTest(test, patience, clock) {
  const suites = suitesOf(test);
  let failure;
  try {
    await prepare(test, clock);
    for (const each of suites) for (const hook of each.hooks.beforeEach) await within(hook, [], patience, clock);
    await within(test.body, test.args, patience, clock);
  } catch (error) {
    failure = error ?? new Error('failed');
  }
  for (const each of suites.reverse()) {
    for (const hook of each.hooks.afterEach) {
      try {
        await within(hook, [], patience, clock);
      } catch (error) {
        failure = failure ?? error;
      }
    }
  }
  return failure;
}

async function within(body, args, patience, clock) {
  const result = body(...args);
  if (result && typeof result.then === 'function') await settled(result, patience, () => new Error('did not settle in time'), clock);
}

module.exports = { buildRecorder, prepare, runTest };
