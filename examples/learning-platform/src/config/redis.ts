/** The connection to Redis: optional, lazy, and patient when the server is away. */
import Redis, { type RedisOptions } from 'ioredis';

export const MAX_DELAY_MS = 5_000;
export const MAX_ATTEMPTS = 20;

/** Milliseconds before the next attempt to connect; null gives up. */
export function retryDelay(attempt: number): number | null {
  if (attempt > MAX_ATTEMPTS) {
    return null;
  }
  return Math.min(50 * 2 ** (attempt - 1), MAX_DELAY_MS);
}

/** A replica that became read-only after a failover: reconnect and send the command again. */
export function reconnectOnError(error: Error): boolean | 2 {
  return error.message.startsWith('READONLY') ? 2 : false;
}

/** Read redis://user:password@host:port/db, or rediss:// for TLS. */
export function redisOptions(address: string): RedisOptions {
  const url = new URL(address);
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:') {
    throw new Error(`a Redis address starts with redis:// or rediss://, not ${url.protocol}//`);
  }
  const db = url.pathname.length > 1 ? Number(url.pathname.slice(1)) : 0;
  if (!Number.isInteger(db) || db < 0 || db > 15) {
    throw new Error(`"${url.pathname.slice(1)}" is not the number of a Redis database (0 to 15)`);
  }
  return {
    host: url.hostname,
    port: url.port === '' ? 6379 : Number(url.port),
    db,
    ...(url.username ? { username: decodeURIComponent(url.username) } : {}),
    ...(url.password ? { password: decodeURIComponent(url.password) } : {}),
    ...(url.protocol === 'rediss:' ? { tls: { servername: url.hostname } } : {}),
    lazyConnect: true,
    maxRetriesPerRequest: 2,
    retryStrategy: retryDelay,
    reconnectOnError,
  };
}

let client: Redis | undefined;

/** The client of this process, or null when no address is set. */
export function getRedis(address: string | null): Redis | null {
  if (address === null) {
    return null;
  }
  client ??= new Redis(redisOptions(address));
  return client;
}

export async function closeRedis(): Promise<void> {
  const open = client;
  client = undefined;
  await open?.quit();
}
