'use strict';
/**
 * Schemas of zod as subjects: what they take is known only when they are loaded, and many stand inside of something else, e.g.
 * the settings of a route. Each of them is asked what it takes, refuses and makes of it.
 */
const { NAME, literal } = require('./nodes.cjs');
const { isZod, shapeOfSchema } = require('./server/schema-shapes.cjs');

const DEEPEST = 5;
const MOST = 24; // of one export

/** Return the subjects with the schemas inside of constants as subjects of their own. */
function withSchemas(subjects, world) {
  return subjects.flatMap((each) => {
    if (each.kind === 'schema') return [asked(each, world.offered(each), [])];
    if (each.kind !== 'constant') return [each];
    const found = [...schemasIn(world.offered(each), [], [])].slice(0, MOST).map(([schema, path]) => asked(each, schema, path));
    return found.length > 1 || found[0]?.path.length > 0 ? [each, ...found] : found.length > 0 ? found : [each];
  });
}

/** A subject with inputs that its schema is known to take or to refuse. */
function asked(subject, schema, path) {
  const shape = isZod(schema) ? shapeOfSchema(schema, path.at(-1)) : { k: 'any' };
  const params = shape.k === 'any' && subject.params ? subject.params : [{ name: 'input', optional: false, shape }];
  return { ...subject, kind: 'schema', path, member: [...path, 'safeParse'].join('.'), params };
}

function* schemasIn(value, path, above) {
  if (isZod(value)) return yield [value, path];
  if (value === null || typeof value !== 'object' || path.length >= DEEPEST || above.includes(value)) return;
  const prototype = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== null && prototype.constructor?.name !== 'Object') return;
  for (const [key, each] of Object.entries(value)) yield* schemasIn(each, [...path, key], [...above, value]);
}

/** The schema itself, in what its module exports. */
function schemaAt(exported, path = []) {
  return path.reduce((from, key) => from[key], exported);
}

/** How a test gets at the schema, after the name of what is exported. */
function stepsTo(path = []) {
  return path.map((key) => (NAME.test(key) ? `.${key}` : /^\d+$/.test(key) ? `[${key}]` : `[${literal(key)}]`)).join('');
}

/** The sort of answer: what is refused where and why, or what the input that is taken consists of. */
function sortOfAnswer({ value, args }) {
  const issues = issuesOf(value);
  return issues ? `refuses ${issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}` : `takes ${formOf(args[0])}`;
}

/** In words: "refuses email: Invalid email", "takes an input without message". */
function titleOfAnswer({ subject, args: [given] }, { value }) {
  const issues = issuesOf(value);
  if (issues) return `refuses ${issues.slice(0, 2).map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')).join(', ')}${issues.length > 2 ? ` and ${issues.length - 2} more` : ''}`.replaceAll('\n', ' ').slice(0, 100);
  const keys = new Set((given?.props ?? []).map(([key]) => key));
  const fields = subject.params[0].shape.fields ?? [];
  const missing = fields.map((each) => each.name).filter((each) => !keys.has(each)).slice(0, 3);
  return `takes ${given?.t === 'object' ? 'an input' : 'a value'} that fits${missing.length > 0 ? `, without ${missing.join(', ')}` : ''}`;
}

function issuesOf(value) {
  const part = (from, name) => from?.props?.find(([key]) => key === name)?.[1];
  const found = part(part(value, 'error'), 'issues');
  return found?.items.map((each) => ({ path: (part(each, 'path')?.items ?? []).map((one) => one.v), message: part(each, 'message')?.v ?? '' }));
}

function formOf(picture) {
  if (picture?.props) return `{${picture.props.map(([key, each]) => `${key}: ${formOf(each)}`).join(', ')}}`;
  return picture?.items ? `[${[...new Set(picture.items.map(formOf))].join(', ')}]` : `${picture?.t} ${typeof picture?.v}`;
}

module.exports = { issuesOf, sortOfAnswer, titleOfAnswer, schemaAt, stepsTo, withSchemas };
