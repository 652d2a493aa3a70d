'use strict';
/** What tests of GraphQL look like: printed types, executed operations. */
const { braces } = require('./nodes.cjs');

const LONGEST_LINE = 90;

function value(writer, ...names) {
  for (const name of names) writer.imports({ package: 'graphql', name, as: name });
}

function printedType(writer, schema, name) {
  value(writer, 'printType');
  writer.imports({ package: 'graphql', name: 'GraphQLNamedType', isType: true });
  return `printType(${schema}.getType('${name}') as GraphQLNamedType).split('\\n')`;
}

function definedType(writer, subject, definitions) {
  value(writer, 'buildSchema');
  return printedType(writer, `buildSchema(${definitions})`, subject.member);
}

function operation(writer, subject, schema) {
  value(writer, 'graphql');
  const [variables, context] = writer.item.args;
  const name = subject.sourceName ?? 'source';
  writer.shared.push(`const ${name} = ${sourceText(subject.source)};`);
  const parts = [['schema', schema], ['source', name]];
  if (subject.root) parts.push(['rootValue', writer.name(subject.root)]);
  if (subject.hasVariables) parts.push(['variableValues', writer.written(variables)]);
  if (context !== undefined) parts.push(['contextValue', writer.written(context)]);
  return `graphql(${braces(parts).replace(/\b(schema|source): \1\b/g, '$1')})`;
}

function request(writer, subject, plugin) {
  writer.imports({ package: 'fastify', name: 'default', as: 'Fastify' });
  let query = subject.literal === undefined ? undefined : sourceText(subject.literal);
  if (subject.source) {
    writer.shared.push(`const ${subject.member} = ${sourceText(subject.source)};`);
    query = subject.member;
  }
  const parts = query === undefined ? [] : [['query', query]];
  if (subject.hasVariables) parts.push(['variables', writer.written(writer.item.args[0])]);
  const [app, response] = [writer.free('app'), writer.free('response')];
  writer.lines.push(`const ${app} = Fastify();`, `await ${app}.register(${plugin});`);
  writer.lines.push(`const ${response} = await ${app}.inject({ method: 'POST', url: '${subject.url}', payload: ${braces(parts)} });`);
  return `{ status: ${response}.statusCode, body: ${response}.json() }`;
}

function sourceText(source) {
  return source.length <= LONGEST_LINE ? `'${source.replace(/\s+/g, ' ')}'` : `\`${source.replace(/\n/g, '\n    ')}\``;
}

/** How each kind is written: (writer, subject, the name of its export) -> the expression. */
const GRAPHQL_TEXTS = {
  'graphql-type': (writer, subject, schema) => printedType(writer, schema, subject.member),
  'graphql-defined-type': definedType,
  operation,
  'graphql-request': request,
};

module.exports = { GRAPHQL_TEXTS };
