/** Writing lessons: drafts, edits, handing in, publishing. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { getDb } from '../database';
import { authenticate, currentUser } from '../middleware/auth';
import { audit } from '../services/audit';
import { ContentService } from '../services/content.service';
import { ContentTranscodingService } from '../services/content-transcoding.service';
import { RbacService } from '../services/rbac.service';
import { idSchema, pageSchema, parse } from '../utils/validation';

const createSchema = z.object({
  title: z.string().trim().min(3).max(200),
  body: z.string().max(100_000).default(''),
});
const editSchema = z
  .object({
    version: z.number().int().min(1),
    title: z.string().min(3).max(200).optional(),
    body: z.string().optional(),
  })
  .refine((value) => value.title !== undefined || value.body !== undefined, 'nothing to change');
const listSchema = pageSchema.extend({
  state: z.enum(['draft', 'in_review', 'changes_requested', 'approved', 'published', 'archived']).optional(),
  mine: z.enum(['true', 'false']).default('false'),
});
const eventSchema = z.object({ event: z.enum(['submit', 'publish', 'archive', 'revise']) });
const videoSchema = z.object({
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  seconds: z
    .number()
    .positive()
    .max(4 * 3600),
  kbps: z.number().positive(),
  codec: z.string().min(2).max(16),
});
const paramsSchema = z.object({ id: idSchema });

export async function contentAuthoringRoutes(server: FastifyInstance): Promise<void> {
  const contents = new ContentService(getDb());
  const rbac = new RbacService(getDb());
  const transcoding = new ContentTranscodingService(getDb());

  server.addHook('preHandler', authenticate);

  server.get('/', async (request) => {
    const query = parse(listSchema, request.query);
    const user = currentUser(request);
    const own =
      query.mine === 'true' ? { author_id: user.sub } : { state: query.state ?? ('published' as const) };
    if (query.mine === 'false' && own.state !== 'published') {
      await rbac.require(user.sub, 'content', 'review');
    }
    const items = await contents.list(own, query.limit, query.offset);
    return { items, limit: query.limit, offset: query.offset };
  });

  server.post('/', async (request, reply) => {
    const body = parse(createSchema, request.body);
    const user = currentUser(request);
    await rbac.require(user.sub, 'content', 'create');
    const content = await contents.create(user.sub, body.title, body.body);
    return reply.status(201).send({ content });
  });

  server.get('/:id', async (request) => {
    const { id } = parse(paramsSchema, request.params);
    const content = await contents.find(id);
    if (content.state !== 'published') {
      await rbac.require(currentUser(request).sub, 'content', 'update', { owner_id: content.author_id });
    }
    return { content };
  });

  server.patch('/:id', async (request) => {
    const { id } = parse(paramsSchema, request.params);
    const { version, ...patch } = parse(editSchema, request.body);
    const content = await contents.find(id);
    await rbac.require(currentUser(request).sub, 'content', 'update', { owner_id: content.author_id });
    return { content: await contents.edit(id, version, patch) };
  });

  server.post('/:id/events', async (request) => {
    const { id } = parse(paramsSchema, request.params);
    const { event } = parse(eventSchema, request.body);
    const user = currentUser(request);
    const content = await contents.find(id);
    const action = event === 'publish' ? 'publish' : 'update';
    await rbac.require(user.sub, 'content', action, { owner_id: content.author_id });
    const changed = await contents.apply(id, event, user.sub);
    await audit.record(user.sub, `content.${event}`, `content:${id}`, {
      from: content.state,
      to: changed.state,
    });
    return { content: changed };
  });

  server.post('/:id/video', async (request, reply) => {
    const { id } = parse(paramsSchema, request.params);
    const video = parse(videoSchema, request.body);
    const content = await contents.find(id);
    await rbac.require(currentUser(request).sub, 'content', 'update', { owner_id: content.author_id });
    const jobs = await transcoding.enqueue(id, video);
    return reply.status(202).send({ queued: jobs.map((job) => job.rendition) });
  });

  server.get('/:id/video', async (request) => {
    const { id } = parse(paramsSchema, request.params);
    return transcoding.progress(id);
  });
}
