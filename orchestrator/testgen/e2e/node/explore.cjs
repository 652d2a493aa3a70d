'use strict';
/**
 * Asks the running application and writes down what it answers: `node explore.cjs ORDER RESULT`.
 *
 * Twice without a database (what answers there needs none), and, where there is a database, twice with it: what differs
 * between two walks is known by its kind only.
 */
const fs = require('node:fs');
const { Application } = require('./application.cjs');
const { ScratchDatabase } = require('./database.cjs');
const { chooseFlow } = require('./flow.cjs');
const { Walk } = require('./walk.cjs');

async function main(orderFile, resultFile) {
  const order = JSON.parse(fs.readFileSync(orderFile, 'utf8'));
  let result;
  try {
    result = await explore(order);
  } catch (error) {
    result = { problem: error.message };
  }
  fs.writeFileSync(resultFile, JSON.stringify(result));
}

async function explore(order) {
  const routes = await withApp(order, {}, (app) => routesOf(app.news(), order));
  if (routes.length === 0) return { problem: 'no Fastify routes were registered: other frameworks are not read yet' };
  const flow = chooseFlow(routes, order);
  const found = { routes: routes.length, pages: await pages(order, routes), steps: [], defects: [], notes: [], isSeen: false };
  if (flow.length === 0) return { ...found, problem: `none of its ${routes.length} routes has to do with ${order.words.join(', ')}` };
  const free = await withApp(order, {}, (app) => Walk.refusals(app, flow, routes));
  const database = await ScratchDatabase.make(order);
  try {
    if (database.url || !order.databaseName) {
      const [first, second] = [await session(order, database.url, flow, routes), await session(order, database.url, flow, routes)];
      return { ...found, ...merged(free, first, second, Boolean(database.url)), isSeen: true };
    }
    const guessed = await withApp(order, { isOpen: true }, (app) => Walk.expected(app, flow, routes));
    return { ...found, ...merged(free, guessed, guessed), notes: [database.problem] };
  } finally {
    await database.drop();
  }
}

async function withApp(order, how, work) {
  const app = await Application.start(order, how);
  try {
    return await work(app);
  } finally {
    await app.stop();
  }
}

const session = (order, databaseUrl, flow, routes) => withApp(order, { databaseUrl }, (app) => Walk.whole(app, flow, routes, order));

function routesOf(facts) {
  const seen = new Map();
  for (const each of facts) if (each.kind === 'route') seen.set(`${each.method} ${each.url}`, each);
  return [...seen.values()];
}

/** What a browser can open: GET without parameters that answers, pages first. */
async function pages(order, routes) {
  const plain = routes.filter((each) => each.method === 'GET' && !/[:*]/.test(each.url));
  const answers = await withApp(order, {}, async (app) => {
    const found = [];
    for (const each of plain) found.push({ url: each.url, ...(await app.ask('GET', each.url)) });
    return found;
  });
  const good = answers.filter((each) => each.status === 200);
  return good.sort((a, b) => Number(b.type === 'text/html') - Number(a.type === 'text/html')).map(({ url, type }) => ({ url, type }));
}

/** What both walks have in common; what is refused without a database as well stands as it was refused there. */
function merged(free, first, second, needsDatabase = true) {
  const steps = [];
  const others = new Map(second.steps.map((each) => [each.key, each]));
  const refused = new Map(free.map((each) => [each.key, each]));
  for (const step of first.steps) {
    const again = others.get(step.key);
    const alone = refused.get(step.key);
    if (alone && alone.status === step.status) steps.push({ ...alone, seen: [alone.body, alone.body], needsDatabase: false });
    else if (again && again.status === step.status) steps.push({ ...step, seen: [step.body, again.body], given: [step.values, again.values], needsDatabase });
  }
  return { steps, defects: first.defects };
}

main(...process.argv.slice(2));
