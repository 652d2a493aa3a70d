'use strict';
/** Writes the test of one request: how the server is made, what is injected, what comes back. */
const { circumstances } = require('./route-titles.cjs');

/** The candidate for one case of a route. */
function proposalOf(subject, item, seen, withCalls) {
  if (seen.kind !== 'value' || !seen.value.props) return undefined;
  const writer = new subject.assembly.Writer(subject.assembly.plan, item, seen, withCalls);
  const setup = subject.assembly.setupOf(subject, writer, item);
  const call = writer.act();
  const assertions = writer.assertions();
  const status = new Map(seen.value.props).get('status').v;
  return {
    subject: subject.title ?? subject.member,
    title: [`answers ${status}`, circumstances(subject, item, seen, (each) => writer.shown(each))].filter(Boolean).join(' '),
    setup,
    kind: 'route',
    line: subject.line,
    outcome: 'value',
    arrange: writer.lines,
    call,
    is_async: true,
    expected: '',
    primitive: false,
    error: null,
    assertions,
    args: [],
    simple: false,
    answers: [],
    fault: false,
    steps: [],
    imports: [...writer.imported.values()],
    uses: [...writer.uses],
    clock: seen.broken.clock,
    shared: [],
    outcome_key: subject.outcome(item, seen),
  };
}

module.exports = { proposalOf };
