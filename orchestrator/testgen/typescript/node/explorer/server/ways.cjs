'use strict';
/**
 * The ways in which a server can be made for a subject, the truest first: as a function of the project builds it, as a
 * module exports it, then a plain one with the project's own error handling, compilers of schemas and decorators.
 */

function* waysOf(assembly, subject) {
  const { builders, instances, equippers, compilers, decorators } = assembly.server;
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

module.exports = { waysOf };
