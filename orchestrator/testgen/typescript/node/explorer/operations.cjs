'use strict';
/** The operations of a schema: for each root field one query or mutation, with variables for all arguments. */

const DEEPEST = 3;

/** Return a subject for each root field of queries and mutations. */
function operationsOf(plan, world, subject) {
  const schema = world.offered(subject);
  const roots = [['query', schema.getQueryType()], ['mutation', schema.getMutationType()]].filter(([, type]) => type);
  const names = roots.flatMap(([, type]) => Object.keys(type.getFields()));
  const root = isExecutable(roots) ? undefined : rootOf(plan, world, names);
  const context = contextOf(plan);
  const found = [];
  for (const [word, type] of roots) {
    for (const field of Object.values(type.getFields())) {
      const { source, variables } = written(world.graphql, word, field);
      const params = [{ name: 'variables', optional: false, shape: { k: 'variables', name: 'variables', props: variables } }, ...(context ? [{ name: 'context', optional: false, shape: context }] : [])];
      const base = { export: subject.export, file: subject.file, member: field.name, word };
      const asked = { ...base, kind: 'operation', line: found.length + 1, isAsync: true, schema: { export: subject.export, file: subject.file }, root, source, hasVariables: variables.length > 0, params };
      found.push(asked);
      if (field.args.some((each) => isNeeded(world.graphql, each))) found.push({ ...asked, source: bare(world.graphql, word, field), sourceName: 'withoutArguments', hasVariables: false, params: [] });
    }
  }
  return found;
}

/** The operation without any argument: the schema has to refuse it. */
function bare(graphql, word, field) {
  return `${word} { ${field.name}${graphql.isLeafType(graphql.getNamedType(field.type)) ? '' : ' { __typename }'} }`;
}

function isNeeded(graphql, argument) {
  return graphql.isNonNullType(argument.type) && argument.defaultValue === undefined;
}

function isExecutable(roots) {
  return roots.some(([, type]) => Object.values(type.getFields()).some((each) => each.resolve));
}

/** The export whose functions are named as the root fields are. */
function rootOf(plan, world, names) {
  for (const { export: exported, file } of plan.inside) {
    const value = world.offered({ export: exported, file });
    if (value && typeof value === 'object' && names.filter((name) => typeof value[name] === 'function').length * 2 >= names.length) return { export: exported, file };
  }
  return undefined;
}

/** The type that resolvers give to their context. */
function contextOf(plan) {
  for (const { params = [] } of plan.inside) {
    const found = params.find((each) => /^(context|ctx|contextValue)$/.test(each.name));
    if (found && found.shape.k !== 'any') return found.shape;
  }
  return undefined;
}

function written(graphql, word, field) {
  const variables = [];
  const declared = [];
  const given = (args, prefix) => args.map((each) => {
    const name = prefix ? `${prefix}${each.name[0].toUpperCase()}${each.name.slice(1)}` : each.name;
    const optional = !isNeeded(graphql, each);
    variables.push({ name, optional, shape: shapeOf(graphql, each.type) });
    declared.push(`$${name}: ${each.type}${defaultOf(graphql, each)}`);
    return `${each.name}: $${name}`;
  });
  const selected = (type, depth, indent) => {
    const named = graphql.getNamedType(type);
    if (graphql.isLeafType(named)) return '';
    if (graphql.isUnionType(named)) return ' { __typename }';
    const lines = [];
    for (const each of Object.values(named.getFields())) {
      const isLeaf = graphql.isLeafType(graphql.getNamedType(each.type));
      if (!isLeaf && depth >= DEEPEST) continue;
      const args = each.args.length > 0 ? `(${given(each.args, each.name).join(', ')})` : '';
      lines.push(`${each.name}${args}${selected(each.type, depth + 1, `${indent}  `)}`);
    }
    return ` {\n${lines.map((line) => `${indent}  ${line}\n`).join('')}${indent}}`;
  };
  const args = given(field.args, '');
  const body = `${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''}${selected(field.type, 1, '  ')}`;
  const name = field.name[0].toUpperCase() + field.name.slice(1);
  const head = `${word} ${name}${declared.length > 0 ? `(${declared.join(', ')})` : ''}`;
  return { source: `${head} {\n  ${body}\n}`, variables };
}

/** A variable without a value would take the place of the argument's own default. */
function defaultOf(graphql, { type, defaultValue }) {
  if (defaultValue === undefined) return '';
  const value = graphql.astFromValue(defaultValue, type);
  return value ? ` = ${graphql.print(value)}` : '';
}

function shapeOf(graphql, type) {
  if (graphql.isNonNullType(type)) return shapeOf(graphql, type.ofType);
  if (graphql.isListType(type)) return { k: 'array', of: shapeOf(graphql, type.ofType) };
  if (graphql.isEnumType(type)) return { k: 'union', of: type.getValues().map((each) => ({ k: 'literal', v: each.name })) };
  if (graphql.isInputObjectType(type)) {
    const props = Object.values(type.getFields()).map((each) => ({ name: each.name, optional: !graphql.isNonNullType(each.type), shape: shapeOf(graphql, each.type) }));
    return { k: 'object', name: type.name, props };
  }
  return { k: { Int: 'number', Float: 'number', Boolean: 'boolean' }[type.name] ?? 'string' };
}

module.exports = { operationsOf };
