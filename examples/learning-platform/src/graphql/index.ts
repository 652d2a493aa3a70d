/** POST /graphql: parse, check the limits, validate, execute. */
import type { FastifyInstance } from 'fastify';
import { execute, GraphQLError, parse as parseGraphql, validate, type DocumentNode } from 'graphql';
import { z } from 'zod';
import { getDb } from '../database';
import { optionalAuth } from '../middleware/auth';
import { DomainError } from '../types';
import { parse } from '../utils/validation';
import { resolvers, type GraphContext } from './resolvers';
import { limitProblem, schema } from './schema';

const bodySchema = z.object({
  query: z.string().min(1).max(10_000),
  variables: z.record(z.unknown()).optional(),
  operationName: z.string().optional(),
});

/** The errors as clients see them: our own with their code, all others without their inside. */
export function publicErrors(errors: readonly GraphQLError[]): { message: string; code: string }[] {
  return errors.map((error) => {
    const cause = error.originalError;
    if (cause instanceof DomainError) {
      return { message: cause.message, code: cause.code };
    }
    return cause
      ? { message: 'something went wrong', code: 'internal' }
      : { message: error.message, code: 'invalid' };
  });
}

export async function graphqlRoutes(server: FastifyInstance): Promise<void> {
  server.post('/graphql', { preHandler: optionalAuth }, async (request, reply) => {
    const body = parse(bodySchema, request.body);
    let document: DocumentNode;
    try {
      document = parseGraphql(body.query);
    } catch (error) {
      return reply.status(400).send({ errors: publicErrors([error as GraphQLError]) });
    }
    const problems = validate(schema, document);
    if (problems.length > 0) {
      return reply.status(400).send({ errors: publicErrors(problems) });
    }
    const limit = limitProblem(document);
    if (limit !== null) {
      throw new DomainError('query_too_large', limit, 400);
    }
    const contextValue: GraphContext = { db: getDb(), user: request.user };
    const result = await execute({
      schema,
      document,
      rootValue: resolvers,
      contextValue,
      variableValues: body.variables,
      operationName: body.operationName,
    });
    return reply.send({
      data: result.data,
      ...(result.errors ? { errors: publicErrors(result.errors) } : {}),
    });
  });
}
