/** What the environment may say, checked once and typed. */
import { z } from 'zod';

const flag = z
  .enum(['true', 'false', '1', '0', 'yes', 'no'])
  .transform((value) => value === 'true' || value === '1' || value === 'yes');

const csv = z
  .string()
  .transform((value) =>
    value
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  )
  .pipe(z.array(z.string().url()));

export const envSchema = z
  .object({
    NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
    HOST: z.string().min(1).default('0.0.0.0'),
    PORT: z.coerce.number().int().min(1).max(65535).default(3000),
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    DATABASE_URL: z.string().url().default('postgresql://localhost:5432/learning_platform'),
    DATABASE_POOL_MAX: z.coerce.number().int().min(1).max(100).default(10),
    REDIS_URL: z.string().url().optional(),
    JWT_SECRET: z.string().min(16).default('development-secret-only'),
    JWT_ACCESS_SECONDS: z.coerce.number().int().min(60).max(86_400).default(900),
    JWT_REFRESH_SECONDS: z.coerce.number().int().min(3600).default(1_209_600),
    SESSION_IDLE_MINUTES: z.coerce.number().int().min(1).default(30),
    CACHE_TTL_SECONDS: z.coerce.number().int().min(0).default(60),
    CORS_ORIGINS: csv.default(''),
    RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(0).default(120),
    TRUST_PROXY: flag.default('false'),
    SERVICE_TOKEN: z.string().min(8).default('local-service-token'),
  })
  .superRefine((env, context) => {
    if (env.NODE_ENV !== 'production') {
      return;
    }
    if (env.JWT_SECRET === 'development-secret-only' || env.JWT_SECRET.length < 32) {
      context.addIssue({
        code: 'custom',
        path: ['JWT_SECRET'],
        message: 'needs 32 characters of its own in production',
      });
    }
    if (env.CORS_ORIGINS.some((origin) => origin.startsWith('http://'))) {
      context.addIssue({ code: 'custom', path: ['CORS_ORIGINS'], message: 'must use https in production' });
    }
    if (env.JWT_REFRESH_SECONDS <= env.JWT_ACCESS_SECONDS) {
      context.addIssue({
        code: 'custom',
        path: ['JWT_REFRESH_SECONDS'],
        message: 'must outlive access tokens',
      });
    }
  });

export type Env = z.infer<typeof envSchema>;

export class EnvError extends Error {
  constructor(readonly problems: string[]) {
    super(`the environment is not valid: ${problems.join('; ')}`);
    this.name = 'EnvError';
  }
}

/** Parse the environment; empty strings count as unset. Throws an EnvError that lists every problem. */
export function parseEnv(source: Record<string, string | undefined>): Env {
  const given = Object.fromEntries(
    Object.entries(source).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = envSchema.safeParse(given);
  if (!result.success) {
    throw new EnvError(result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`));
  }
  return result.data;
}
