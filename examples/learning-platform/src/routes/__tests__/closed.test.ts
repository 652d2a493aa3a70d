import Fastify, { type FastifyPluginAsync } from 'fastify';
import { setDb } from '../../database';
import { createMemoryDb } from '../../test/helpers';
import { checkpointScoringRoutes } from '../checkpoint-scoring';
import { communityTrustRoutes } from '../community-trust';
import { notificationRoutes } from '../notifications';
import { textModeRoutes } from '../text-mode';

async function status(routes: FastifyPluginAsync, method: 'GET' | 'POST', url: string): Promise<number> {
  setDb(createMemoryDb());
  const server = Fastify();
  await server.register(routes);
  const reply = await server.inject({ method, url, payload: method === 'POST' ? {} : undefined });
  await server.close();
  return reply.statusCode;
}

afterEach(() => setDb(undefined));

it.each([
  ['checkpoints', checkpointScoringRoutes, 'GET', '/c1'],
  ['submissions', checkpointScoringRoutes, 'POST', '/c1/submissions'],
  ['communities', communityTrustRoutes, 'GET', '/c1'],
  ['joining', communityTrustRoutes, 'POST', '/c1/join'],
  ['notifications', notificationRoutes, 'GET', '/'],
  ['sending', notificationRoutes, 'POST', '/send'],
  ['rendering', textModeRoutes, 'POST', '/render'],
  ['syncing', textModeRoutes, 'POST', '/sync'],
] as const)('%s are closed to strangers', async (_, routes, method, url) => {
  expect(await status(routes, method, url)).toBe(401);
});
