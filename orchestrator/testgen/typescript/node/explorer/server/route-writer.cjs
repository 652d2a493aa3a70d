'use strict';
/** Writes the test of one request: how the server is made, what is injected, what comes back. */
const { literal } = require('../nodes.cjs');
const { circumstances } = require('./route-titles.cjs');

/** The candidate for one case of a route. */
function proposalOf(subject, item, seen, withCalls) {
  if (seen.kind !== 'value' || !seen.value.props) return undefined;
  const writer = new subject.assembly.Writer(subject.assembly.plan, item, seen, withCalls);
  const setup = subject.assembly.setupOf(subject, writer, item);
  const call = writer.act();
  const assertions = writer.assertions();
  const status = new Map(seen.value.props).get('status').v;
  const title = [`answers ${status}`, circumstances(subject, item, seen, (each) => writer.shown(each))].filter(Boolean).join(' ');
  return candidate(subject, item, seen, { title, setup, call, assertions, writer });
}

/** The candidate for what a plugin puts on the server. */
function decoratorsProposal(subject, item, seen) {
  const writer = new subject.assembly.Writer(subject.assembly.plan, item, seen, false);
  const setup = subject.assembly.setupOf(subject, writer, item);
  writer.lines.splice(writer.lines.indexOf('await app.after();'));
  const assertions = seen.value.props.map(([name, is]) => `expect(app.hasDecorator(${literal(name)})).toBe(${is.v});`);
  const names = seen.value.props.map(([name]) => name);
  const title = `puts ${names.slice(0, 2).join(' and ')}${names.length > 2 ? ' and more' : ''} on the server`;
  return candidate(subject, item, seen, { title, setup, call: 'await app.ready()', assertions, writer });
}

function candidate(subject, item, seen, { title, setup, call, assertions, writer }) {
  return {
    subject: subject.title ?? subject.member,
    title,
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

module.exports = { decoratorsProposal, proposalOf };
