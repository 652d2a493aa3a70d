/** The settings of the application, grouped by what they are for. */
import { parseEnv, type Env } from './env';

export interface Config {
  environment: Env['NODE_ENV'];
  server: {
    host: string;
    port: number;
    trustProxy: boolean;
    corsOrigins: string[];
    requestsPerMinute: number;
  };
  database: { url: string; poolMax: number; ssl: boolean };
  redis: { url: string | null };
  jwt: { secret: string; issuer: string; accessSeconds: number; refreshSeconds: number };
  session: { idleMinutes: number; secureCookie: boolean };
  cache: { ttlSeconds: number; enabled: boolean };
  log: { level: Env['LOG_LEVEL']; pretty: boolean };
  services: { token: string };
}

const LOCAL_HOSTS = new Set(['localhost', '127.0.0.1', '::1', 'postgres']);

/** A database elsewhere is reached through TLS, whatever the environment is called. */
export function needsTls(databaseUrl: string): boolean {
  const url = new URL(databaseUrl);
  if (url.searchParams.get('sslmode') === 'disable') {
    return false;
  }
  return !LOCAL_HOSTS.has(url.hostname.replace(/^\[|\]$/g, ''));
}

/** Make the settings out of a parsed environment. */
export function buildConfig(env: Env): Config {
  const production = env.NODE_ENV === 'production';
  return {
    environment: env.NODE_ENV,
    server: {
      host: env.HOST,
      port: env.PORT,
      trustProxy: env.TRUST_PROXY,
      corsOrigins: env.CORS_ORIGINS.length > 0 || production ? env.CORS_ORIGINS : ['http://localhost:5173'],
      requestsPerMinute: env.NODE_ENV === 'test' ? 0 : env.RATE_LIMIT_PER_MINUTE,
    },
    database: { url: env.DATABASE_URL, poolMax: env.DATABASE_POOL_MAX, ssl: needsTls(env.DATABASE_URL) },
    redis: { url: env.REDIS_URL ?? null },
    jwt: {
      secret: env.JWT_SECRET,
      issuer: 'learning-platform',
      accessSeconds: env.JWT_ACCESS_SECONDS,
      refreshSeconds: env.JWT_REFRESH_SECONDS,
    },
    session: { idleMinutes: env.SESSION_IDLE_MINUTES, secureCookie: production },
    cache: { ttlSeconds: env.CACHE_TTL_SECONDS, enabled: env.CACHE_TTL_SECONDS > 0 },
    log: {
      level: env.NODE_ENV === 'test' ? 'silent' : env.LOG_LEVEL,
      pretty: env.NODE_ENV === 'development',
    },
    services: { token: env.SERVICE_TOKEN },
  };
}

let loaded: Config | undefined;

/** The settings of this process, read once. */
export function loadConfig(source: Record<string, string | undefined> = process.env): Config {
  loaded ??= buildConfig(parseEnv(source));
  return loaded;
}

/** Forget the settings, so that the next call reads the environment again. */
export function resetConfig(): void {
  loaded = undefined;
}

/** The settings as they may be logged: nothing in it opens a door. */
export function describeConfig(config: Config): Record<string, unknown> {
  const mask = (address: string): string => address.replace(/\/\/([^:/@]+):[^@]*@/, '//$1:***@');
  return {
    ...config,
    database: { ...config.database, url: mask(config.database.url) },
    redis: { url: config.redis.url === null ? null : mask(config.redis.url) },
    jwt: { ...config.jwt, secret: '***' },
    services: { token: '***' },
  };
}
