/** Checkpoints: defining them, handing in, and being judged. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { getDb } from '../database';
import { authenticate, currentUser, requireRole } from '../middleware/auth';
import { AutomatedScoringService } from '../services/automated-scoring.service';
import { CheckpointTypesService, type Definition } from '../services/checkpoint-types.service';
import { idSchema, parse } from '../utils/validation';

const paramsSchema = z.object({ id: idSchema });
const answerSchema = z.object({
  question_id: idSchema,
  value: z.union([z.string().max(5000), z.number(), z.array(z.string().max(500)).max(20)]),
});
const submitSchema = z.object({
  answers: z.array(answerSchema).min(1).max(200),
  hints_used: z.number().int().min(0).max(50).default(0),
});
const percent = z.number().min(0).max(100);
const evidenceSchema = z.object({
  quiz_percent: percent.optional(),
  criteria: z.record(percent).optional(),
  reviews: z.array(z.object({ reviewer_id: idSchema, rating: z.number().min(1).max(5) })).optional(),
  days: z
    .array(z.object({ date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/), minutes: z.number().min(0) }))
    .optional(),
});
const simple = z.discriminatedUnion('type', [
  z.object({ type: z.literal('quiz'), pass_percent: z.number() }),
  z.object({
    type: z.literal('project'),
    pass_score: z.number(),
    criteria: z.array(
      z.object({ name: z.string().min(1), weight: z.number(), required: z.boolean().optional() }),
    ),
  }),
  z.object({ type: z.literal('peer_review'), reviews_needed: z.number().int(), min_average: z.number() }),
  z.object({
    type: z.literal('time_spent'),
    minutes: z.number(),
    max_minutes_per_day: z.number().optional(),
  }),
]);
const definitionSchema: z.ZodType<Definition> = z.lazy(() =>
  z.union([
    simple,
    z.object({
      type: z.literal('composite'),
      mode: z.enum(['all', 'any', 'at_least']),
      at_least: z.number().int().optional(),
      parts: z.array(definitionSchema),
    }),
  ]),
);
const createSchema = z.object({
  id: idSchema,
  community_id: idSchema,
  title: z.string().trim().min(3).max(200),
  definition: definitionSchema,
});

export async function checkpointScoringRoutes(server: FastifyInstance): Promise<void> {
  const scoring = new AutomatedScoringService(getDb());
  const types = new CheckpointTypesService(getDb());

  server.addHook('preHandler', authenticate);

  server.post('/', { preHandler: requireRole('mentor', 'moderator') }, async (request, reply) => {
    const body = parse(createSchema, request.body);
    const definition = await types.create(body.id, body.community_id, body.title, body.definition);
    return reply.status(201).send({ id: body.id, definition });
  });

  server.get('/:id', async (request) => {
    const { id } = parse(paramsSchema, request.params);
    return { id, definition: await types.definition(id) };
  });

  server.post('/:id/submissions', async (request, reply) => {
    const { id } = parse(paramsSchema, request.params);
    const body = parse(submitSchema, request.body);
    const now = new Date().toISOString();
    const report = await scoring.submit(id, currentUser(request).sub, body.answers, body.hints_used, now);
    return reply.status(201).send(report);
  });

  server.post('/:id/evaluate', async (request) => {
    const { id } = parse(paramsSchema, request.params);
    const evidence = parse(evidenceSchema, request.body);
    const evaluation = await types.evaluate(id, evidence);
    return { id, ...evaluation };
  });

  server.get('/:id/statistics', { preHandler: requireRole('mentor', 'moderator') }, async (request) => {
    const { id } = parse(paramsSchema, request.params);
    return scoring.statistics(id);
  });
}
