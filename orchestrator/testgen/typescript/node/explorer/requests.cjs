'use strict';
/** Operations as clients send them: through the route of a Fastify plugin of the folder, in an application of its own. */

const MUCH = 100;

/** Return subjects for the plugins that answer operations by POST, and the names of these plugins. */
async function requestsOf(plan, world, operations) {
  const requests = [];
  const plugins = [];
  for (const subject of plan.inside.filter((each) => each.kind === 'routes')) {
    const url = await routeOf(world, subject);
    if (!url) continue;
    plugins.push(subject.export);
    const base = { kind: 'graphql-request', export: subject.export, file: subject.file, url, line: operations.length + plugins.length, params: [], isAsync: false, isCostly: true };
    const asked = operations.filter((each) => !each.sourceName);
    for (const { member, word, source } of asked.filter((each) => /\bInt\b/.test(each.source))) requests.push({ ...base, member, word, literal: greedy(source) });
    for (const literal of ['{', '{ nothing }', undefined]) requests.push({ ...base, literal, member: 'bad' });
    for (const { member, word, source, hasVariables, params } of asked) requests.push({ ...base, member, word, source, hasVariables, params: hasVariables ? [params[0]] : [] });
  }
  return { requests, plugins };
}

/** The operation with numbers in the place of its variables: much is asked for at once. */
function greedy(source) {
  const [, rest] = /^[^{]*?(\{[\s\S]*)$/.exec(source.replace(/\([^()]*\)/, '')) ?? [];
  return (rest ?? source).replace(/\((\w+: \$\w+(, )?)+\)/g, (found) => {
    const numbers = found.slice(1, -1).split(', ').filter((each) => /limit|first|last|count|take|size|\bn\b/i.test(each)).map((each) => each.replace(/\$\w+/, String(MUCH)));
    return numbers.length > 0 ? `(${numbers.join(', ')})` : '';
  }).replace(/\s+/g, ' ');
}

async function appWith(world, subject, seen = []) {
  world.fastify ??= await world.api.load('fastify');
  const make = world.fastify.default ?? world.fastify;
  const app = make();
  if (seen) app.addHook('onRoute', (route) => { seen.push(route); });
  await app.register(world.offered(subject));
  await app.ready();
  return app;
}

async function routeOf(world, subject) {
  const routes = [];
  try {
    await appWith(world, subject, routes);
  } catch {
    return undefined; // it needs more than an application
  }
  return routes.find((each) => String(each.method).includes('POST') && /graphql|gql/i.test(each.url))?.url;
}

async function requested(world, subject, [variables]) {
  const app = await appWith(world, subject, null);
  const response = await app.inject({ method: 'POST', url: subject.url, payload: payloadOf(subject, variables) });
  return { status: response.statusCode, body: bodyOf(response) };
}

function bodyOf(response) {
  try {
    return response.json();
  } catch {
    return response.body;
  }
}

function payloadOf(subject, variables) {
  if (!subject.source) return subject.literal === undefined ? {} : { query: subject.literal };
  return { query: subject.source, ...(subject.hasVariables ? { variables } : {}) };
}

module.exports = { requested, requestsOf };
