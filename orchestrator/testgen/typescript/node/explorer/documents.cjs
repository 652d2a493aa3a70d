'use strict';
/** Documents of GraphQL as inputs: parsed queries, the selections in them, values as they stand in queries. */

const QUERIES = ['{ a }', 'query { a { b { c } } }', '{ a { b { c { d { e { f { g { h } } } } } } } }', '{ ...F } fragment F on T { a { b } }', '{ ... on T { a { b } } }', '{ a ...F } fragment F on T { b ...F }', 'mutation { a(id: 1) { b } }', 'query A { a } query B { b { c } }', '{ a b c d e f }'];
const VALUES = [['STRING', "'text'", 'text'], ['INT', "'7'", '7'], ['STRING', "''", ''], ['STRING', "'2024-01-31T12:30:00.000Z'", '2024-01-31T12:30:00.000Z'], ['BOOLEAN', 'true', true], ['FLOAT', "'0.5'", '0.5'], ['INT', "'-1'", '-1'], ['ENUM', "'A'", 'A']];
const KINDS = { STRING: 'StringValue', INT: 'IntValue', BOOLEAN: 'BooleanValue', FLOAT: 'FloatValue', ENUM: 'EnumValue' };

/** Queries for a module: the names and numbers that it compares with stand in some of them. */
function queriesFor(facts) {
  const names = facts.strings.filter((each) => /^[a-z]\w*$/.test(each)).slice(0, 3);
  const numbers = [...new Set([3, ...facts.numbers.flatMap((each) => [each, each + 1])])].filter((each) => Number.isInteger(each) && each > 0).slice(0, 8);
  return [...QUERIES, ...names.flatMap((name) => numbers.flatMap((number) => [`{ a(${name}: ${number}) { b { c } } }`, `{ ... on T { a(${name}: ${number}) { b } } }`])), ...names.map((name) => `{ a(${name}: $n) { b } }`)];
}

function documentOf(node, graphql) {
  if (node.of === 'value') return { kind: KINDS[node.kind], value: node.v };
  const document = graphql.parse(node.source, { noLocation: true });
  return node.of === 'document' ? document : document.definitions[0].selectionSet;
}

function writeDocument(node, writer) {
  const value = (name) => writer.imports({ package: 'graphql', name, as: name });
  if (node.of === 'value') {
    value('Kind');
    return `{ kind: Kind.${node.kind}, value: ${node.code} }`;
  }
  value('parse');
  const text = `parse('${node.source}')`;
  if (node.of === 'document') return text;
  writer.imports({ package: 'graphql', name: 'OperationDefinitionNode', isType: true });
  return `(${text}.definitions[0] as OperationDefinitionNode).selectionSet`;
}

const valueNodes = () => VALUES.map(([kind, code, v]) => ({ t: 'document', of: 'value', kind, code, v }));

module.exports = { documentOf, queriesFor, valueNodes, writeDocument };
