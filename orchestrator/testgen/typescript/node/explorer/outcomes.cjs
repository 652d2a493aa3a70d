'use strict';
/** What makes a test of an operation worth having besides what it reaches: it shows one of the answers that clients get. */

const { braces } = require('./nodes.cjs');
const { expectation } = require('./pictures.cjs');
const { issuesOf, titleOfAnswer } = require('./schemas.cjs');

/** A word for the sort of answer: data, nothing, yes, no, or an error by its message; undefined for all other subjects. */
function outcomeOf(subject, seen) {
  if (subject.kind === 'graphql-request' && seen.kind === 'value') return `${subject.export} ${subject.member}: ${statusOf(seen)}`;
  if (subject.kind === 'schema' && seen.kind === 'value' && !issuesOf(seen.value)) return `${subject.export}.${subject.member}: takes`;
  if (isAnswered(subject, seen)) return `${subject.export} ${subject.member ?? ''}: ${seen.value.v}`;
  if (subject.kind !== 'operation' || seen.kind !== 'value') return undefined;
  const { errors, data } = partsOf(seen);
  if (errors.length > 0) return `${subject.member}: ${errors[0].replace(/"[^"]*"|\d+/g, '')}`;
  const isEmpty = JSON.stringify(data ?? null).includes('"items":[]') || data?.props?.every(([, each]) => each.t === 'value' && each.v === null);
  return `${subject.member}: ${isEmpty ? 'nothing' : 'data'}`;
}

/** Say whether a question was answered by yes or no: tests show both. */
function isAnswered({ kind }, { kind: sort, value }) {
  return /^(function|method|static-method|object-method)$/.test(kind) && sort === 'value' && value.t === 'value' && typeof value.v === 'boolean';
}

function partsOf(seen) {
  const part = (name) => seen.value.props?.find(([key]) => key === name)?.[1];
  const errors = (part('errors')?.items ?? []).map((each) => String(each.items[0].props.find(([key]) => key === 'message')?.[1].v ?? ''));
  return { errors, data: part('data') };
}

/** Give every sort of answer a number above those of the goals, so that the selection keeps one of each. */
function withOutcomes(plan, candidates) {
  const outcomes = [...new Set(candidates.map((each) => each.outcome_key).filter(Boolean))];
  const first = plan.goals.length;
  for (const each of candidates) if (each.outcome_key) each.goals = [...each.goals, first + outcomes.indexOf(each.outcome_key)];
  return { candidates, outcomes };
}

/** The title of a test of an operation; of a type of a schema. */
function titleOf(item, seen) {
  const { subject } = item;
  if (subject.kind === 'graphql-request') return `answers ${statusOf(seen)} to ${requestName(subject)}`;
  if (subject.kind === 'schema' && seen.kind === 'value') return titleOfAnswer(item, seen);
  if (subject.kind.startsWith('graphql')) return `has the type ${subject.member}`;
  if (subject.kind !== 'operation' && seen.kind === 'value') return answerTitle(seen);
  if (subject.kind !== 'operation' || seen.kind !== 'value') return '';
  const { errors } = partsOf(seen);
  const what = errors.length > 0 ? `refuses with "${errors[0].replaceAll('\n', ' ').slice(0, 70)}"` : outcomeOf(subject, seen).endsWith(': nothing') ? 'answers nothing' : 'answers with data';
  return `${what}${whoOf(item)}${seen.answered.some((each) => each.node.isFault) ? ' when a query fails' : ''}`;
}

/** What was sent, where all that a call did is to send something; '' for any other call. */
function answerTitle({ value, spies }) {
  if (value.t !== 'anything' && !(value.t === 'value' && value.v === undefined)) return '';
  const told = (names) => spies.find((each) => names.test(each.node.name ?? '') && each.calls.length > 0)?.calls.at(-1).items ?? [];
  const [status] = told(/^(status|code|sendStatus)$/);
  const [body] = told(/^(send|json|end)$/);
  if (!status && !body) return '';
  const words = body ? ` ${expectation(body, braces)}` : '';
  return `answers${status?.t === 'value' ? ` ${status.v}` : ''}${words.length > 2 && words.length < 72 ? ` with${words}` : ''}${body?.t === 'object' && words.length >= 72 ? ` with ${body.props.slice(0, 2).map(([key, each]) => (each.t === 'value' ? `${key} ${String(each.v).slice(0, 28)}` : key)).join(', ')}` : ''}`;
}

function statusOf(seen) {
  return seen.value?.props?.find(([key]) => key === 'status')?.[1].v;
}

function requestName({ source, literal, word, member }) {
  if (source) return `the ${word} ${member}`;
  return literal === undefined ? 'a request without a query' : word ? `a ${word} ${member} that asks for much` : `the query ${literal}`;
}

/** Who asks, as far as the context tells. */
function whoOf({ args }) {
  const context = args[1];
  if (context?.t !== 'object') return '';
  const user = context.props.find(([key]) => /^(user|viewer|currentUser|auth|session)$/.test(key));
  if (!user || user[1].t === 'value') return ' to a visitor';
  const role = user[1].props?.find(([key]) => key === 'role')?.[1];
  return role?.t === 'value' && typeof role.v === 'string' ? ` to a user with the role ${role.v}` : ' to a user';
}

/** The name above the tests of a subject; undefined for those that are called by it. */
function subjectName(subject) {
  if (subject.kind.startsWith('graphql')) return subject.export;
  return subject.kind === 'operation' ? `${subject.word} ${subject.member}` : undefined;
}

module.exports = { outcomeOf, subjectName, titleOf, withOutcomes };
