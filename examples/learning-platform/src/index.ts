/** The entry point: read the settings, listen, and stop in order. */
import { buildApp } from './app';
import { describeConfig, loadConfig } from './config';
import { closeRedis } from './config/redis';
import { closeDb } from './database';

const STOP_LIMIT_MS = 10_000;

async function main(): Promise<void> {
  const config = loadConfig();
  const app = await buildApp({ config });

  const stop = async (signal: string): Promise<void> => {
    app.log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    await app.close();
    await closeRedis();
    await closeDb();
  };
  process.once('SIGTERM', () => void stop('SIGTERM'));
  process.once('SIGINT', () => void stop('SIGINT'));

  app.log.info(describeConfig(config), 'starting');
  await app.listen({ host: config.server.host, port: config.server.port });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
