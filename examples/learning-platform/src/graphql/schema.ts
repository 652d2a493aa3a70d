/** The GraphQL schema, and the limits that a query has to keep to. */
import { buildSchema, Kind, type DocumentNode, type SelectionSetNode } from 'graphql';

export const typeDefs = `
  enum Visibility { public private invite_only }

  type Community {
    id: ID!
    name: String!
    slug: String!
    visibility: Visibility!
    memberCount: Int!
    isFull: Boolean!
    leaders(limit: Int = 3): [Leader!]!
  }

  type Leader { userId: ID! score: Float! level: String! }

  type Trust { score: Float! level: String! privileges: [String!]! }

  type Content { id: ID! title: String! state: String! version: Int! readingMinutes: Int! }

  type Viewer { id: ID! role: String! unread: Int! trust(communityId: ID!): Trust! }

  type Query {
    viewer: Viewer
    community(id: ID!): Community
    communities(visibility: Visibility, limit: Int = 10): [Community!]!
    contents(limit: Int = 10): [Content!]!
  }

  type Mutation {
    joinCommunity(id: ID!): String!
    leaveCommunity(id: ID!): Boolean!
  }
`;

export const MAX_DEPTH = 5;
export const MAX_COST = 200;

export const schema = buildSchema(typeDefs);

/** How deep the selections of a document are nested; fragments count where they are used. */
export function depthOf(document: DocumentNode): number {
  const fragments = new Map<string, SelectionSetNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition.selectionSet);
    }
  }
  const measure = (set: SelectionSetNode | undefined, seen: readonly string[]): number => {
    let deepest = 0;
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) {
        deepest = Math.max(deepest, 1 + measure(selection.selectionSet, seen));
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        deepest = Math.max(deepest, measure(selection.selectionSet, seen));
      } else if (!seen.includes(selection.name.value)) {
        deepest = Math.max(
          deepest,
          measure(fragments.get(selection.name.value), [...seen, selection.name.value]),
        );
      }
    }
    return deepest;
  };
  let depth = 0;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) {
      depth = Math.max(depth, measure(definition.selectionSet, []));
    }
  }
  return depth;
}

/** A rough cost: every field one, and what is beneath a list as often as its `limit` says. */
export function costOf(set: SelectionSetNode | undefined): number {
  let cost = 0;
  for (const selection of set?.selections ?? []) {
    if (selection.kind === Kind.FIELD) {
      const limit = selection.arguments?.find((argument) => argument.name.value === 'limit');
      const times = limit?.value.kind === Kind.INT ? Math.max(1, Number(limit.value.value)) : 1;
      cost += 1 + times * costOf(selection.selectionSet);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      cost += costOf(selection.selectionSet);
    }
  }
  return cost;
}

/** What a document does wrong; null when it may be executed. */
export function limitProblem(document: DocumentNode): string | null {
  const depth = depthOf(document);
  if (depth > MAX_DEPTH) {
    return `the query is nested ${depth} levels deep, ${MAX_DEPTH} are allowed`;
  }
  for (const definition of document.definitions) {
    const cost = definition.kind === Kind.OPERATION_DEFINITION ? costOf(definition.selectionSet) : 0;
    if (cost > MAX_COST) {
      return `the query costs ${cost} points, ${MAX_COST} are allowed`;
    }
  }
  return null;
}
