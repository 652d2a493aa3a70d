/** Who is asking: hooks that put the signed-in user on the request, or answer 401 and 403. */
import { timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { loadConfig } from '../config';
import type { Role } from '../types';
import { bearerToken, TokenError, verifyAccessToken, type AccessClaims } from '../utils/jwt';

type Hook = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>;

function refuse(reply: FastifyReply, status: 401 | 403, code: string, message: string): FastifyReply {
  if (status === 401) {
    reply.header('www-authenticate', `Bearer error="${code}"`);
  }
  return reply.status(status).send({ error: { code, message } });
}

/** Let signed-in users through. */
export const authenticate: Hook = async (request, reply) => {
  const token = bearerToken(request.headers.authorization);
  if (token === undefined) {
    return refuse(reply, 401, 'token_missing', 'sign in first');
  }
  try {
    request.user = verifyAccessToken(token);
    return undefined;
  } catch (error) {
    if (error instanceof TokenError) {
      return refuse(reply, 401, `token_${error.reason}`, error.message);
    }
    throw error;
  }
};

/** Let everybody through, and know those who are signed in. */
export const optionalAuth: Hook = async (request) => {
  const token = bearerToken(request.headers.authorization);
  if (token !== undefined) {
    try {
      request.user = verifyAccessToken(token);
    } catch {
      request.user = undefined;
    }
  }
  return undefined;
};

/** Let users of these roles through; admins always. Stands behind `authenticate`. */
export function requireRole(...roles: Role[]): Hook {
  return async (request, reply) => {
    if (!request.user) {
      return refuse(reply, 401, 'token_missing', 'sign in first');
    }
    if (request.user.role !== 'admin' && !roles.includes(request.user.role)) {
      return refuse(reply, 403, 'forbidden', `needs one of the roles ${[...roles, 'admin'].join(', ')}`);
    }
    return undefined;
  };
}

/** Let the user whom a path parameter names through, and moderators and admins. */
export function requireSelf(parameter: string): Hook {
  return async (request, reply) => {
    const wanted = (request.params as Record<string, string | undefined>)[parameter];
    const { user } = request;
    if (!user) {
      return refuse(reply, 401, 'token_missing', 'sign in first');
    }
    if (user.sub === wanted || user.role === 'moderator' || user.role === 'admin') {
      return undefined;
    }
    return refuse(reply, 403, 'forbidden', 'that belongs to someone else');
  };
}

/** Let our own services through, which share a token with us. */
export const requireService: Hook = async (request, reply) => {
  const given = Buffer.from(String(request.headers['x-service-token'] ?? ''));
  const wanted = Buffer.from(loadConfig().services.token);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    return refuse(reply, 401, 'service_token_invalid', 'the service token is not valid');
  }
  return undefined;
};

/** The signed-in user of a request that went through `authenticate`. */
export function currentUser(request: FastifyRequest): AccessClaims {
  if (!request.user) {
    throw new Error('currentUser needs a route behind authenticate');
  }
  return request.user;
}
