'use strict';
/**
 * The ways in which a server can be made for a subject, the truest first: as a function of the project builds it, as a
 * module exports it, then a plain one with the project's own error handling, compilers of schemas and decorators.
 */

function* waysOf(assembly, subject) {
  const { builders, instances, equippers, compilers, decorators } = assembly.server;
  if (subject.value === 'app') return yield* instances.filter((each) => assembly.isWhole(each) && each.name === subject.export).map((instance) => ({ kind: 'instance', instance, isLast: true }));
  for (const builder of builders) yield { kind: 'builder', builder, args: assembly.argumentsOf(builder) };
  for (const instance of instances) yield { kind: 'instance', instance };
  if (subject.kind !== 'routes') return;
  const isPlugin = subject.isPlugin && !subject.callback;
  const chosen = isPlugin ? equippers.filter((each) => !each.takesDone && each.name !== subject.export) : [];
  const step = (each) => ({ ...each, args: assembly.argumentsOf(each) });
  const besides = [...compilers, ...decorators.filter((each) => !each.takesDone && each.name !== subject.export).map(step)];
  if (besides.length > 0) {
    for (const equipper of chosen) yield { kind: 'equipped', steps: distinct([...besides, step(equipper)]), subject };
  }
  for (const equipper of chosen) yield { kind: 'equipped', steps: [step(equipper)], subject };
  if (besides.length > 0) yield { kind: 'equipped', steps: besides, subject };
  yield { kind: 'bare', subject, isLast: true };
}

function distinct(steps) {
  return steps.filter((each, at) => steps.findIndex((one) => one.file === each.file && one.package === each.package && one.name === each.name) === at);
}

/** Say whether a server answers every request to these routes with an error of its own. */
async function failsAlways(app, routes) {
  for (const { method, url } of routes) {
    const answer = await within(app.inject({ method, url: url.replace(/:\w+(\([^)]*\))?\??|\*/g, 'x') }), 2000).catch(() => undefined);
    if (answer && answer.statusCode < 500) return false;
  }
  return true;
}

async function within(promise, most) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error('the server does not get ready')), most + 5000); });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

module.exports = { failsAlways, waysOf, within };
