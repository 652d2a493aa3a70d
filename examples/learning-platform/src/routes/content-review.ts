/** Reviewing lessons: the queue, taking part, approving, asking for changes. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { getDb } from '../database';
import { authenticate, currentUser, requireRole } from '../middleware/auth';
import { audit } from '../services/audit';
import { ContentService, submissionProblems, type Content } from '../services/content.service';
import { notifications } from '../services/notifications';
import { RbacService } from '../services/rbac.service';
import { accessibilityWarnings, countWords } from '../services/text-mode.service';
import { idSchema, pageSchema, parse } from '../utils/validation';

const paramsSchema = z.object({ id: idSchema });
const decisionSchema = z.discriminatedUnion('decision', [
  z.object({ decision: z.literal('approve'), note: z.string().max(500).optional() }),
  z.object({ decision: z.literal('request_changes'), note: z.string().trim().min(10).max(500) }),
]);
const batchSchema = z.object({ ids: z.array(idSchema).min(1).max(20) });

export interface Checklist {
  words: number;
  problems: string[];
  warnings: string[];
  recommended: 'approve' | 'look' | 'request_changes';
}

/** What a reviewer should know before reading. */
export function checklist(content: Pick<Content, 'title' | 'body'>): Checklist {
  const problems = submissionProblems(content);
  const warnings = accessibilityWarnings(content.body);
  let recommended: Checklist['recommended'] = 'approve';
  if (problems.length > 0 || warnings.length > 2) {
    recommended = 'request_changes';
  } else if (warnings.length > 0) {
    recommended = 'look';
  }
  return { words: countWords(content.body), problems, warnings, recommended };
}

export async function contentReviewRoutes(server: FastifyInstance): Promise<void> {
  const contents = new ContentService(getDb());
  const rbac = new RbacService(getDb());

  server.addHook('preHandler', authenticate);
  server.addHook('preHandler', requireRole('moderator'));

  server.get('/', async (request) => {
    const query = parse(pageSchema, request.query);
    const waiting = await contents.list({ state: 'in_review' }, query.limit, query.offset);
    return {
      items: waiting
        .filter((content) => content.author_id !== currentUser(request).sub)
        .map((content) => ({ id: content.id, title: content.title, ...checklist(content) })),
    };
  });

  server.get('/:id', async (request) => {
    const { id } = parse(paramsSchema, request.params);
    const content = await contents.find(id);
    return { content, checklist: checklist(content) };
  });

  server.post('/:id/decision', async (request) => {
    const { id } = parse(paramsSchema, request.params);
    const body = parse(decisionSchema, request.body);
    const user = currentUser(request);
    const content = await contents.find(id);
    await rbac.require(user.sub, 'content', 'review', { owner_id: content.author_id });
    const changed = await contents.apply(id, body.decision, user.sub, body.note ?? null);
    await audit.record(user.sub, `content.${body.decision}`, `content:${id}`, { note: body.note ?? null });
    await notifications.notify(content.author_id, 'review_done', { actor: user.sub, place: content.title });
    return { content: changed };
  });

  /** Approve several at once: those without a problem; the others are named with what they lack. */
  server.post('/approve-batch', async (request) => {
    const { ids } = parse(batchSchema, request.body);
    const user = currentUser(request);
    const approved: string[] = [];
    const left: Record<string, string> = {};
    for (const id of new Set(ids)) {
      const content = await contents.find(id);
      const decision = await rbac.can(user.sub, 'content', 'review', { owner_id: content.author_id });
      const { problems } = checklist(content);
      if (!decision.allowed) {
        left[id] = decision.reason;
      } else if (content.state !== 'in_review') {
        left[id] = `is ${content.state}`;
      } else if (problems.length > 0) {
        left[id] = problems.join('; ');
      } else {
        await contents.apply(id, 'approve', user.sub);
        approved.push(id);
      }
    }
    return { approved, left };
  });
}
