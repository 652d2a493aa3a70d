/** What every request passes: request ids, CORS, a rate limit, security headers, and one shape for errors. */
import { randomUUID } from 'node:crypto';
import cors from '@fastify/cors';
import type { FastifyError, FastifyInstance } from 'fastify';
import { ZodError } from 'zod';
import type { Config } from '../config';
import { DomainError } from '../types';

const MINUTE_MS = 60_000;
const MAX_CLIENTS = 10_000;
const EXEMPT = new Set(['/health', '/health/ready']);

export interface LimitState {
  allowed: boolean;
  remaining: number;
  resetSeconds: number;
}

/** Counts requests per client in windows of a minute, weighing in what is left of the window before. */
export class RateLimiter {
  private readonly windows = new Map<string, { start: number; count: number; previous: number }>();

  constructor(
    private readonly perMinute: number,
    private readonly now: () => number = Date.now,
  ) {}

  hit(client: string): LimitState {
    const now = this.now();
    const start = Math.floor(now / MINUTE_MS) * MINUTE_MS;
    let window = this.windows.get(client);
    if (!window || window.start !== start) {
      const follows = window !== undefined && window.start === start - MINUTE_MS;
      window = { start, count: 0, previous: follows && window ? window.count : 0 };
      this.windows.set(client, window);
      this.forget();
    }
    const share = 1 - (now - start) / MINUTE_MS;
    const used = window.count + window.previous * share;
    const resetSeconds = Math.ceil((start + MINUTE_MS - now) / 1000);
    if (used >= this.perMinute) {
      return { allowed: false, remaining: 0, resetSeconds };
    }
    window.count += 1;
    return { allowed: true, remaining: Math.max(0, Math.floor(this.perMinute - used - 1)), resetSeconds };
  }

  private forget(): void {
    const oldest = this.windows.keys().next().value;
    if (this.windows.size > MAX_CLIENTS && oldest !== undefined) {
      this.windows.delete(oldest);
    }
  }
}

/** Status and body for an error; what we do not know is a 500 that says nothing about us. */
export function errorReply(error: FastifyError | Error): {
  status: number;
  body: { error: { code: string; message: string } };
} {
  if (error instanceof DomainError) {
    return { status: error.status, body: { error: { code: error.code, message: error.message } } };
  }
  if (error instanceof ZodError) {
    const message = error.issues
      .map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`)
      .join('; ');
    return { status: 400, body: { error: { code: 'validation_failed', message } } };
  }
  const status = 'statusCode' in error ? error.statusCode : undefined;
  if (status !== undefined && status >= 400 && status < 500) {
    return { status, body: { error: { code: 'bad_request', message: error.message } } };
  }
  return { status: 500, body: { error: { code: 'internal', message: 'something went wrong on our side' } } };
}

/** Say whether a request id that came in may be used: short, and without anything that breaks a log line. */
export function isUsableRequestId(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.:-]{8,64}$/.test(value);
}

export async function registerPlugins(server: FastifyInstance, config: Config): Promise<void> {
  await server.register(cors, {
    origin: config.server.corsOrigins.length > 0 ? config.server.corsOrigins : false,
    credentials: true,
    maxAge: 600,
  });

  server.addHook('onRequest', async (request, reply) => {
    const given = request.headers['x-request-id'];
    reply.header('x-request-id', isUsableRequestId(given) ? given : randomUUID());
    reply.header('x-content-type-options', 'nosniff');
    reply.header('x-frame-options', 'DENY');
    reply.header('referrer-policy', 'no-referrer');
    if (config.environment === 'production') {
      reply.header('strict-transport-security', 'max-age=31536000; includeSubDomains');
    }
  });

  if (config.server.requestsPerMinute > 0) {
    const limiter = new RateLimiter(config.server.requestsPerMinute);
    server.addHook('onRequest', async (request, reply) => {
      if (EXEMPT.has(request.url.split('?')[0])) {
        return;
      }
      const state = limiter.hit(request.ip);
      reply.header('x-ratelimit-remaining', state.remaining);
      if (!state.allowed) {
        reply.header('retry-after', state.resetSeconds);
        throw new DomainError('too_many_requests', `try again in ${state.resetSeconds} seconds`, 429);
      }
    });
  }

  server.setErrorHandler((error: FastifyError, request, reply) => {
    const { status, body } = errorReply(error);
    if (status >= 500) {
      request.log.error({ err: error }, 'request failed');
    }
    return reply.status(status).send(body);
  });

  server.setNotFoundHandler((request, reply) =>
    reply
      .status(404)
      .send({ error: { code: 'not_found', message: `there is no ${request.method} ${request.url}` } }),
  );
}
