/** Communities, their members, and the trust that members earn. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { getDb } from '../database';
import { authenticate, currentUser } from '../middleware/auth';
import { audit } from '../services/audit';
import { CommunityService } from '../services/community.service';
import { MentorMatchingService } from '../services/mentor-matching.service';
import { TrustService } from '../services/trust.service';
import { DomainError } from '../types';
import { idSchema, parse } from '../utils/validation';

const communityParams = z.object({ id: idSchema });
const memberParams = z.object({ id: idSchema, userId: idSchema });
const createSchema = z.object({
  name: z.string().trim().min(3).max(120),
  visibility: z.enum(['public', 'private', 'invite_only']).default('public'),
  member_limit: z.number().int().optional(),
});
const moderateSchema = z.object({ event: z.enum(['approve', 'reject', 'ban', 'unban', 'invite']) });
const trustSchema = z.object({ kind: z.string().min(1).max(32) });
const heirSchema = z.object({ user_id: idSchema });
const limitSchema = z.object({ limit: z.coerce.number().int().min(1).max(50).default(10) });
const matchSchema = z.object({
  goals: z.array(z.string().min(1).max(40)).min(1).max(10),
  languages: z.array(z.string().length(2)).min(1),
  utc_offset: z.number().min(-12).max(14),
  blocked: z.array(idSchema).optional(),
});

export async function communityTrustRoutes(server: FastifyInstance): Promise<void> {
  const communities = new CommunityService(getDb());
  const trust = new TrustService(getDb());
  const matching = new MentorMatchingService(getDb());

  server.addHook('preHandler', authenticate);

  server.post('/', async (request, reply) => {
    const body = parse(createSchema, request.body);
    const user = currentUser(request);
    if (user.role === 'learner') {
      throw new DomainError('forbidden', 'learners do not found communities', 403);
    }
    return reply.status(201).send({ community: await communities.create(user.sub, body) });
  });

  server.get('/:id', async (request) => {
    const { id } = parse(communityParams, request.params);
    return { community: await communities.find(id) };
  });

  server.post('/:id/join', async (request, reply) => {
    const { id } = parse(communityParams, request.params);
    const status = await communities.join(id, currentUser(request).sub);
    return reply.status(status === 'active' ? 200 : 202).send({ status });
  });

  server.post('/:id/leave', async (request, reply) => {
    const { id } = parse(communityParams, request.params);
    await communities.leave(id, currentUser(request).sub);
    return reply.status(204).send();
  });

  server.post('/:id/owner', async (request) => {
    const { id } = parse(communityParams, request.params);
    const { user_id: heir } = parse(heirSchema, request.body);
    const user = currentUser(request);
    const community = await communities.transferOwnership(id, user.sub, heir);
    await audit.record(user.sub, 'community.handed_over', `community:${id}`, { to: heir });
    return { community };
  });

  server.post('/:id/members/:userId', async (request) => {
    const { id, userId } = parse(memberParams, request.params);
    const { event } = parse(moderateSchema, request.body);
    const user = currentUser(request);
    const status = await communities.moderate(id, user.sub, userId, event);
    await audit.record(user.sub, `member.${event}`, `community:${id}`, { user_id: userId, status });
    return { status };
  });

  server.get('/:id/trust/leaders', async (request) => {
    const { id } = parse(communityParams, request.params);
    const { limit } = parse(limitSchema, request.query);
    return { leaders: await trust.leaderboard(id, limit) };
  });

  server.get('/:id/trust/:userId', async (request) => {
    const { id, userId } = parse(memberParams, request.params);
    return trust.summary(id, userId);
  });

  server.post('/:id/trust/:userId', async (request, reply) => {
    const { id, userId } = parse(memberParams, request.params);
    const { kind } = parse(trustSchema, request.body);
    const user = currentUser(request);
    const member = await communities.membership(id, user.sub);
    if (user.role !== 'admin' && (member?.status !== 'active' || member.role === 'member')) {
      throw new DomainError('forbidden', 'only moderators of the community do that', 403);
    }
    return reply.status(201).send(await trust.record(id, userId, kind, user.sub));
  });

  server.post('/:id/mentor-matches', async (request) => {
    const { id } = parse(communityParams, request.params);
    const body = parse(matchSchema, request.body);
    const matches = await matching.suggest(id, { id: currentUser(request).sub, ...body });
    return { matches };
  });
}
