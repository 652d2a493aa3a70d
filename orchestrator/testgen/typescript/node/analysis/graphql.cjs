'use strict';
/** What a module has of GraphQL: schemas, scalars of its own, definitions, and resolvers that stand by type. */

const DEFINITIONS = /(^|\n)\s*(extend\s+)?(type|interface|input|enum|scalar|union)\s+\w+/;
const SCALAR = { serialize: { k: 'any' }, parseValue: { k: 'any' }, parseLiteral: { k: 'valueNode' } };

/** Return the subjects that a value of GraphQL gives, undefined for all others. */
function graphqlSubjects(ts, type, place, base) {
  const name = type.symbol?.name;
  const isForeign = /\/node_modules\/graphql\//.test(type.symbol?.declarations?.[0]?.getSourceFile().fileName ?? '');
  if (isForeign && name === 'GraphQLSchema') return [{ ...base, kind: 'graphql-schema', params: [] }];
  if (isForeign && name === 'GraphQLScalarType') {
    return Object.entries(SCALAR).map(([member, shape]) => ({ ...base, member, kind: 'object-method', params: [{ name: 'input', optional: false, shape }] }));
  }
  const text = ts.isVariableDeclaration(place) && place.initializer;
  if (text && ts.isNoSubstitutionTemplateLiteral(text) && DEFINITIONS.test(text.text)) return [{ ...base, kind: 'graphql-definitions', params: [] }];
  return undefined;
}

/** Methods one level down, e.g. `resolvers.Query.user`; a plain object of plain objects holds them. */
function nestedMethods(checker, type, place, membersOf) {
  const found = [];
  for (const each of type.getProperties()) {
    const own = each.valueDeclaration;
    if (!own || own.getSourceFile() !== place.getSourceFile() || !/^[A-Za-z_$][\w$]*$/.test(each.name)) continue;
    const inner = checker.getTypeOfSymbolAtLocation(each, own);
    if (inner.getCallSignatures().length > 0 || checker.isArrayType(inner) || !inner.symbol?.declarations?.every((one) => one.getSourceFile() === own.getSourceFile())) continue;
    found.push(...membersOf(inner).filter((one) => one.kind === 'method').map((one) => ({ ...one, member: `${each.name}.${one.member}` })));
  }
  return found;
}

module.exports = { graphqlSubjects, nestedMethods };
