/** A user's notifications, and the door through which our services send them. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { authenticate, currentUser, requireService } from '../middleware/auth';
import { DEFAULT_PREFERENCES, chooseChannel, notifications } from '../services/notifications';
import { idSchema, parse } from '../utils/validation';

const kind = z.enum(['mention', 'review_requested', 'review_done', 'badge', 'digest', 'security']);
const hour = z.number().int().min(0).max(23);
const preferencesSchema = z.object({
  muted: z.array(kind).default([]),
  quiet_from: hour.default(DEFAULT_PREFERENCES.quiet_from),
  quiet_until: hour.default(DEFAULT_PREFERENCES.quiet_until),
  email: z.boolean().default(true),
  push: z.boolean().default(true),
});
const listSchema = z.object({ limit: z.coerce.number().int().min(1).max(100).default(20) });
const paramsSchema = z.object({ id: idSchema });
const sendSchema = z.object({
  user_id: idSchema,
  kind,
  values: z.record(z.union([z.string(), z.number()])),
  preferences: preferencesSchema.optional(),
});
const previewSchema = z.object({ kind, hour, preferences: preferencesSchema.default({}) });

export async function notificationRoutes(server: FastifyInstance): Promise<void> {
  server.get('/', { preHandler: authenticate }, async (request) => {
    const { limit } = parse(listSchema, request.query);
    return notifications.list(currentUser(request).sub, limit);
  });

  server.post('/:id/read', { preHandler: authenticate }, async (request, reply) => {
    const { id } = parse(paramsSchema, request.params);
    await notifications.markRead(currentUser(request).sub, id);
    return reply.status(204).send();
  });

  server.post('/read-all', { preHandler: authenticate }, async (request) => ({
    marked: await notifications.markAllRead(currentUser(request).sub),
  }));

  /** Show on which channel something would arrive, before preferences are saved. */
  server.post('/preview', { preHandler: authenticate }, async (request) => {
    const body = parse(previewSchema, request.body);
    return { channel: chooseChannel(body.kind, body.hour, body.preferences) };
  });

  server.post('/send', { preHandler: requireService }, async (request, reply) => {
    const body = parse(sendSchema, request.body);
    const sent = await notifications.notify(body.user_id, body.kind, body.values, body.preferences);
    return sent === null ? reply.status(204).send() : reply.status(201).send(sent);
  });
}
