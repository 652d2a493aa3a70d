/** Is it alive, is it ready: for probes, load balancers and people. */
import type { FastifyInstance } from 'fastify';
import { getDb, isDatabaseUp } from '../database';

export async function healthRoutes(server: FastifyInstance): Promise<void> {
  server.get('/health', async () => ({
    status: 'ok',
    version: process.env.npm_package_version ?? 'unknown',
    uptime_seconds: Math.floor(process.uptime()),
  }));

  server.get('/health/ready', async (_request, reply) => {
    const database = await isDatabaseUp(getDb());
    return reply.status(database ? 200 : 503).send({
      status: database ? 'ready' : 'not ready',
      checks: { database: database ? 'up' : 'down' },
    });
  });
}
