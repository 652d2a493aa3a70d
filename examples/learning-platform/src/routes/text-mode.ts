/** Lessons as plain text, and the sync of notes that were written offline. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { getDb } from '../database';
import { authenticate, currentUser } from '../middleware/auth';
import { ContentService } from '../services/content.service';
import { SyncEngineService } from '../services/sync-engine.service';
import { textMode } from '../services/text-mode.service';
import { DomainError } from '../types';
import { idSchema, parse } from '../utils/validation';

const links = z.enum(['inline', 'footnotes', 'drop']);
const renderSchema = z.object({
  source: z.string().min(1).max(100_000),
  max_width: z.number().int().min(20).max(200).default(80),
  links: links.default('inline'),
});
const contentQuery = z.object({
  width: z.coerce.number().int().min(20).max(200).default(80),
  links: links.default('footnotes'),
  page: z.coerce.number().int().min(1).default(1),
  per_page: z.coerce.number().int().min(5).max(500).default(60),
});
const paramsSchema = z.object({ id: idSchema });
const changeSchema = z.object({
  entity: z.enum(['note', 'bookmark', 'progress']),
  entity_id: idSchema,
  base_version: z.number().int().min(0),
  device_id: idSchema,
  changed_at: z.string().datetime(),
  fields: z.record(z.union([z.string().max(10_000), z.number(), z.boolean(), z.null()])).default({}),
  deleted: z.boolean().optional(),
});
const syncSchema = z.object({ changes: z.array(changeSchema).min(1).max(100) });
const resolveSchema = z.object({ choice: z.enum(['kept', 'lost']) });

export async function textModeRoutes(server: FastifyInstance): Promise<void> {
  const contents = new ContentService(getDb());
  const sync = new SyncEngineService(getDb());

  server.addHook('preHandler', authenticate);

  server.post('/render', async (request) => {
    const body = parse(renderSchema, request.body);
    return textMode.render(body.source, { max_width: body.max_width, links: body.links });
  });

  server.get('/contents/:id', async (request, reply) => {
    const { id } = parse(paramsSchema, request.params);
    const query = parse(contentQuery, request.query);
    const content = await contents.find(id);
    if (content.state !== 'published') {
      throw new DomainError('content_not_found', `there is no content "${id}"`, 404);
    }
    const rendered = textMode.render(content.body, { max_width: query.width, links: query.links });
    const pages = textMode.paginate(rendered.lines, query.per_page);
    if (query.page > Math.max(1, pages.length)) {
      throw new DomainError('page_not_found', `the text has ${pages.length} pages`, 404);
    }
    if (request.headers.accept?.includes('text/plain')) {
      return reply.type('text/plain; charset=utf-8').send((pages[query.page - 1] ?? []).join('\n'));
    }
    return {
      title: content.title,
      ...rendered,
      lines: pages[query.page - 1] ?? [],
      page: query.page,
      pages: pages.length,
    };
  });

  server.post('/sync', async (request) => {
    const body = parse(syncSchema, request.body);
    const { records, conflicts } = await sync.push(currentUser(request).sub, body.changes);
    return {
      records: records.map(({ key, version, fields, deleted }) => ({ key, version, fields, deleted })),
      conflicts,
    };
  });

  server.get('/sync/conflicts', async (request) => ({
    conflicts: await sync.openConflicts(currentUser(request).sub),
  }));

  server.post('/sync/conflicts/:id', async (request) => {
    const { id } = parse(paramsSchema, request.params);
    const { choice } = parse(resolveSchema, request.body);
    const record = await sync.resolve(currentUser(request).sub, id, choice);
    return { key: record.key, version: record.version, fields: record.fields };
  });
}
