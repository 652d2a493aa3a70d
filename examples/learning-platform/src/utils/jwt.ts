/** Access and refresh tokens: short-lived ones that open the API, long-lived ones that renew them. */
import jwt, { type SignOptions } from 'jsonwebtoken';
import { loadConfig } from '../config';
import type { Role } from '../types';

export interface AccessClaims {
  sub: string;
  role: Role;
}

export interface TokenPair {
  access_token: string;
  refresh_token: string;
  expires_in: number;
}

export class TokenError extends Error {
  constructor(
    readonly reason: 'expired' | 'invalid' | 'wrong_kind',
    message: string,
  ) {
    super(message);
    this.name = 'TokenError';
  }
}

type Kind = 'access' | 'refresh';

function sign(claims: AccessClaims, kind: Kind, expiresIn: number): string {
  const { jwt: settings } = loadConfig();
  const options: SignOptions = { algorithm: 'HS256', issuer: settings.issuer, expiresIn };
  return jwt.sign({ sub: claims.sub, role: claims.role, kind }, settings.secret, options);
}

function verify(token: string, kind: Kind): AccessClaims {
  const { jwt: settings } = loadConfig();
  let payload: string | jwt.JwtPayload;
  try {
    payload = jwt.verify(token, settings.secret, { algorithms: ['HS256'], issuer: settings.issuer });
  } catch (error) {
    if (error instanceof jwt.TokenExpiredError) {
      throw new TokenError('expired', 'the token has expired');
    }
    throw new TokenError('invalid', 'the token is not valid');
  }
  if (typeof payload === 'string' || typeof payload.sub !== 'string') {
    throw new TokenError('invalid', 'the token names nobody');
  }
  if (payload.kind !== kind) {
    throw new TokenError('wrong_kind', `a token of kind ${kind} is needed`);
  }
  return { sub: payload.sub, role: payload.role as Role };
}

export function signAccessToken(claims: AccessClaims): string {
  return sign(claims, 'access', loadConfig().jwt.accessSeconds);
}

export function signRefreshToken(claims: AccessClaims): string {
  return sign(claims, 'refresh', loadConfig().jwt.refreshSeconds);
}

export function issueTokens(claims: AccessClaims): TokenPair {
  return {
    access_token: signAccessToken(claims),
    refresh_token: signRefreshToken(claims),
    expires_in: loadConfig().jwt.accessSeconds,
  };
}

export function verifyAccessToken(token: string): AccessClaims {
  return verify(token, 'access');
}

export function verifyRefreshToken(token: string): AccessClaims {
  return verify(token, 'refresh');
}

/** Read `Bearer <token>`; the scheme's case does not matter. Undefined when there is no such thing. */
export function bearerToken(header: string | undefined): string | undefined {
  const match = /^bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header ?? '');
  return match?.[1];
}
