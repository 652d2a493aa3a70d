'use strict';
/** Schemas and operations of GraphQL as subjects: what a schema consists of is known only when it is loaded. */
const { operationsOf } = require('./operations.cjs');
const { requested, requestsOf } = require('./requests.cjs');
const { containing } = require('./pictures.cjs');

const BUILT_IN = /^(__|(Int|Float|String|Boolean|ID)$)/;

/** Return the subjects with schemas parted into their types; in a folder with a schema its operations are added. */
async function expanded(plan, world) {
  const { subjects } = plan;
  if (!world.graphql) return subjects.filter((each) => !each.kind.startsWith('graphql'));
  const schemas = subjects.filter((each) => each.kind === 'graphql-schema');
  const found = subjects.filter((each) => !each.kind.startsWith('graphql'));
  if (plan.isFolder && schemas.length > 0) {
    const operations = operationsOf(plan, world, schemas[0]);
    const { requests, plugins } = await requestsOf(plan, world, operations);
    return [...operations, ...requests, ...found.filter((each) => !plugins.includes(each.export))];
  }
  for (const each of schemas) found.push(...typesOf(world.offered(each), each));
  // Definitions speak through the schema that the module builds of them.
  for (const each of schemas.length > 0 ? [] : subjects.filter((one) => one.kind === 'graphql-definitions')) {
    const schema = builtOf(world, each);
    if (schema) found.push(...typesOf(schema, each));
  }
  return found.sort((a, b) => a.line - b.line);
}

function typesOf(schema, subject) {
  const names = Object.keys(schema.getTypeMap()).filter((name) => !BUILT_IN.test(name));
  return names.map((member) => ({ ...subject, kind: `${subject.kind === 'graphql-schema' ? 'graphql-type' : 'graphql-defined-type'}`, member }));
}

function builtOf(world, subject) {
  try {
    return world.graphql.buildSchema(world.offered(subject));
  } catch {
    return undefined; // a part of definitions that are completed elsewhere
  }
}

function printed(world, schema, name) {
  const type = schema.getType(name);
  if (!type) throw new Error(`there is no type ${name}`);
  return world.graphql.printType(type).split('\n').filter((line) => line !== '');
}

const known = new WeakMap(); // schema -> Map of what it makes of an operation: checking one takes longer than answering it

function checked({ parse, validate, validateSchema }, schema, source) {
  const sources = known.get(schema) ?? known.set(schema, new Map()).get(schema);
  if (!sources.has(source)) sources.set(source, checkedAnew({ parse, validate, validateSchema }, schema, source));
  return sources.get(source);
}

/** What `graphql()` does before it executes: {document} or {errors}. */
function checkedAnew({ parse, validate, validateSchema }, schema, source) {
  const faults = validateSchema(schema);
  if (faults.length > 0) return { errors: faults };
  try {
    const document = parse(source);
    const errors = validate(schema, document);
    return errors.length > 0 ? { errors } : { document };
  } catch (error) {
    return { errors: [error] };
  }
}

async function executed(world, subject, [variables, context]) {
  const { root, source } = subject;
  const schema = world.offered(subject.schema);
  const { document, errors } = checked(world.graphql, schema, source);
  const result = errors ? { errors } : await world.graphql.execute({
    schema,
    document,
    ...(root ? { rootValue: world.offered(root) } : {}),
    ...(subject.hasVariables ? { variableValues: variables } : {}),
    ...(context === undefined ? {} : { contextValue: context }),
  });
  const accident = result.errors?.find((each) => ['TypeError', 'ReferenceError'].includes(each.originalError?.name));
  if (accident) throw accident.originalError;
  return { ...(result.errors ? { errors: result.errors.map(plainError) } : {}), ...('data' in result ? { data: result.data } : {}) };
}

function plainError({ message, path, extensions }) {
  const hasMore = extensions && Object.keys(extensions).length > 0;
  return containing({ message, ...(path ? { path } : {}), ...(hasMore ? { extensions: { ...extensions } } : {}) });
}

/** How each kind is called: (world, subject, args) -> what comes out. */
const GRAPHQL_CALLS = {
  'graphql-type': (world, subject) => printed(world, world.offered(subject), subject.member),
  'graphql-defined-type': (world, subject) => printed(world, world.graphql.buildSchema(world.offered(subject)), subject.member),
  operation: executed,
  'graphql-request': requested,
};

module.exports = { GRAPHQL_CALLS, expanded };
