/** Where each group of routes is mounted. */
import type { FastifyInstance } from 'fastify';
import { graphqlRoutes } from '../graphql';
import { authRoutes } from './auth';
import { checkpointScoringRoutes } from './checkpoint-scoring';
import { communityTrustRoutes } from './community-trust';
import { contentAuthoringRoutes } from './content-authoring';
import { contentReviewRoutes } from './content-review';
import { healthRoutes } from './health';
import { notificationRoutes } from './notifications';
import { textModeRoutes } from './text-mode';

export async function registerRoutes(server: FastifyInstance): Promise<void> {
  await server.register(healthRoutes);
  await server.register(graphqlRoutes);
  await server.register(authRoutes, { prefix: '/api/auth' });
  await server.register(contentAuthoringRoutes, { prefix: '/api/contents' });
  await server.register(contentReviewRoutes, { prefix: '/api/reviews' });
  await server.register(checkpointScoringRoutes, { prefix: '/api/checkpoints' });
  await server.register(communityTrustRoutes, { prefix: '/api/communities' });
  await server.register(textModeRoutes, { prefix: '/api/text' });
  await server.register(notificationRoutes, { prefix: '/api/notifications' });
}
