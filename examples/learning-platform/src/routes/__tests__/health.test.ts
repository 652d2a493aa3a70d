import Fastify from 'fastify';
import { setDb } from '../../database';
import { createMemoryDb } from '../../test/helpers';
import { healthRoutes } from '../health';

async function get(path: string) {
  const server = Fastify();
  await server.register(healthRoutes);
  const reply = await server.inject({ url: path });
  await server.close();
  return reply;
}

afterEach(() => setDb(undefined));

it('is alive without a database', async () => {
  const reply = await get('/health');
  expect(reply.statusCode).toBe(200);
  expect(reply.json()).toMatchObject({ status: 'ok' });
});

it('is ready when the database answers', async () => {
  setDb(createMemoryDb());
  const reply = await get('/health/ready');
  expect(reply.statusCode).toBe(200);
  expect(reply.json()).toEqual({ status: 'ready', checks: { database: 'up' } });
});

it('is not ready when the database does not answer', async () => {
  const broken = Object.assign(() => {
    throw new Error('connection refused');
  }, {});
  setDb(broken as never);
  const reply = await get('/health/ready');
  expect(reply.statusCode).toBe(503);
  expect(reply.json()).toEqual({ status: 'not ready', checks: { database: 'down' } });
});
