/** Registration, login, tokens and the second factor. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { getDb } from '../database';
import { authenticate, currentUser } from '../middleware/auth';
import { audit } from '../services/audit';
import { DomainError, type User } from '../types';
import { issueTokens, TokenError, verifyRefreshToken, type TokenPair } from '../utils/jwt';
import { generateSecret, otpauthUrl, verifyTotp } from '../utils/mfa';
import { checkPolicy, hashPassword, verifyPassword } from '../utils/password';
import { normalizeEmail, parse } from '../utils/validation';

const registerSchema = z.object({
  email: z.string().max(254),
  password: z.string().max(200),
  display_name: z.string().trim().min(2).max(80),
});
const loginSchema = z.object({ email: z.string(), password: z.string(), code: z.string().optional() });
const refreshSchema = z.object({ refresh_token: z.string().min(20) });
const codeSchema = z.object({ secret: z.string().min(16).max(64), code: z.string().regex(/^\d{6}$/) });
const passwordSchema = z.object({ current: z.string(), next: z.string().max(200) });

const MAX_FAILURES = 5;
const LOCK_MS = 15 * 60_000;

/** What the API says about a user: never the hash, never the secret. */
export function publicUser(user: User): Record<string, unknown> {
  return {
    id: user.id,
    email: user.email,
    display_name: user.display_name,
    role: user.role,
    mfa_enabled: user.mfa_secret !== null,
  };
}

/** Counts failed logins per address; after five of them it is closed for a quarter of an hour. */
export class LoginGuard {
  private readonly failures = new Map<string, { count: number; until: number }>();

  constructor(private readonly now: () => number = Date.now) {}

  check(email: string): void {
    const entry = this.failures.get(email);
    if (entry && entry.count >= MAX_FAILURES && entry.until > this.now()) {
      throw new DomainError('locked', 'too many failed logins, try again later', 429);
    }
  }

  failed(email: string): void {
    const entry = this.failures.get(email);
    const count = entry && entry.until > this.now() ? entry.count + 1 : 1;
    this.failures.set(email, { count, until: this.now() + LOCK_MS });
  }

  succeeded(email: string): void {
    this.failures.delete(email);
  }
}

function checkedEmail(input: string): string {
  const email = normalizeEmail(input);
  if (email === null) {
    throw new DomainError('validation_failed', 'email: is not an address');
  }
  return email;
}

export async function authRoutes(server: FastifyInstance): Promise<void> {
  const db = getDb();
  const guard = new LoginGuard();

  const findUser = async (where: Partial<User>): Promise<User | undefined> =>
    db('users').where(where).first();
  const me = async (id: string): Promise<User> => {
    const user = await findUser({ id });
    if (!user || user.status === 'suspended') {
      throw new DomainError('account_closed', 'the account is gone or suspended', 401);
    }
    return user;
  };

  server.post('/register', async (request, reply) => {
    const body = parse(registerSchema, request.body);
    const email = checkedEmail(body.email);
    const policy = checkPolicy(body.password, [body.display_name, email.split('@')[0]]);
    if (!policy.valid) {
      throw new DomainError('weak_password', `password: ${policy.problems.join('; ')}`, 422);
    }
    if (await findUser({ email })) {
      throw new DomainError('email_taken', 'an account with this address exists already', 409);
    }
    const user: User = {
      id: randomUUID(),
      email,
      display_name: body.display_name,
      password_hash: await hashPassword(body.password),
      role: 'learner',
      status: 'active',
      mfa_secret: null,
      created_at: new Date().toISOString(),
    };
    await db('users').insert(user);
    await audit.record(user.id, 'user.registered', `user:${user.id}`);
    return reply.status(201).send({ user: publicUser(user) });
  });

  server.post('/login', async (request): Promise<TokenPair & { user: Record<string, unknown> }> => {
    const body = parse(loginSchema, request.body);
    const email = checkedEmail(body.email);
    guard.check(email);
    const user = await findUser({ email });
    if (!user || !(await verifyPassword(body.password, user.password_hash))) {
      guard.failed(email);
      throw new DomainError('wrong_credentials', 'address or password is wrong', 401);
    }
    if (user.status === 'suspended') {
      throw new DomainError('suspended', 'the account is suspended', 403);
    }
    if (user.mfa_secret !== null) {
      if (body.code === undefined) {
        throw new DomainError('code_needed', 'a code of the second factor is needed', 401);
      }
      if (!verifyTotp(user.mfa_secret, body.code, Date.now() / 1000)) {
        guard.failed(email);
        throw new DomainError('wrong_code', 'the code is wrong', 401);
      }
    }
    guard.succeeded(email);
    return { ...issueTokens({ sub: user.id, role: user.role }), user: publicUser(user) };
  });

  server.post('/refresh', async (request) => {
    const body = parse(refreshSchema, request.body);
    try {
      const user = await me(verifyRefreshToken(body.refresh_token).sub);
      return issueTokens({ sub: user.id, role: user.role });
    } catch (error) {
      if (error instanceof TokenError) {
        throw new DomainError(`token_${error.reason}`, error.message, 401);
      }
      throw error;
    }
  });

  server.get('/me', { preHandler: authenticate }, async (request) => ({
    user: publicUser(await me(currentUser(request).sub)),
  }));

  server.post('/password', { preHandler: authenticate }, async (request, reply) => {
    const body = parse(passwordSchema, request.body);
    const user = await me(currentUser(request).sub);
    if (!(await verifyPassword(body.current, user.password_hash))) {
      throw new DomainError('wrong_credentials', 'the current password is wrong', 403);
    }
    const policy = checkPolicy(body.next, [user.display_name]);
    if (!policy.valid) {
      throw new DomainError('weak_password', `next: ${policy.problems.join('; ')}`, 422);
    }
    await db('users')
      .where({ id: user.id })
      .update({ password_hash: await hashPassword(body.next) });
    await audit.record(user.id, 'user.password_changed', `user:${user.id}`);
    return reply.status(204).send();
  });

  server.post('/mfa/setup', { preHandler: authenticate }, async (request) => {
    const user = await me(currentUser(request).sub);
    if (user.mfa_secret !== null) {
      throw new DomainError('mfa_enabled', 'the second factor is set up already', 409);
    }
    const secret = generateSecret();
    return { secret, otpauth_url: otpauthUrl(secret, user.email, 'Learning Platform') };
  });

  server.post('/mfa/enable', { preHandler: authenticate }, async (request, reply) => {
    const body = parse(codeSchema, request.body);
    const user = await me(currentUser(request).sub);
    if (!verifyTotp(body.secret, body.code, Date.now() / 1000)) {
      throw new DomainError('wrong_code', 'the code is wrong', 422);
    }
    await db('users').where({ id: user.id }).update({ mfa_secret: body.secret });
    await audit.record(user.id, 'user.mfa_enabled', `user:${user.id}`);
    return reply.status(204).send();
  });
}
