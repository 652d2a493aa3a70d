/** The application without a port: tests use `inject`, index.ts listens. */
import Fastify, { type FastifyInstance } from 'fastify';
import type { Knex } from 'knex';
import { loadConfig, type Config } from './config';
import { loggerOptions } from './config/logger';
import { setDb } from './database';
import { registerPlugins } from './plugins';
import { registerRoutes } from './routes';

export interface AppOptions {
  /** The database to use; without one the pool of DATABASE_URL is opened at the first query. */
  db?: Knex;
  config?: Config;
  logger?: boolean;
}

/** Build the application. It is ready after `await app.ready()`. */
export async function buildApp(options: AppOptions = {}): Promise<FastifyInstance> {
  const config = options.config ?? loadConfig();
  if (options.db) {
    setDb(options.db);
  }
  const app = Fastify({
    logger: options.logger === false ? false : loggerOptions(config),
    trustProxy: config.server.trustProxy,
    bodyLimit: 1_048_576,
  });
  await registerPlugins(app, config);
  await registerRoutes(app);
  return app;
}
