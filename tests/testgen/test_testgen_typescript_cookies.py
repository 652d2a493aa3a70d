"""Cookies that a server reads are sent, and one that shows who asks holds what the project signs."""

import shutil

import pytest
from by_hand import report_of, run_jest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm"),
]

TOKENS = """\
import { createHmac } from 'node:crypto';

const sealed = (text: string): string => createHmac('sha256', 'a-secret').update(text).digest('base64url');

export function signToken(claims: { sub: string; role: 'admin' | 'user' }): string {
  const text = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${text}.${sealed(text)}`;
}

export function readToken(token: string): { sub: string; role: string } | null {
  const [text = '', seal = ''] = token.split('.');
  const isOurs = sealed(text) === seal;
  return isOurs ? (JSON.parse(Buffer.from(text, 'base64url').toString()) as { sub: string; role: string }) : null;
}
"""
THEMES = """\
import { parse } from 'cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readToken } from './tokens';

declare module 'fastify' {
  interface FastifyRequest {
    cookies: Record<string, string | undefined>;
  }
}

async function signedIn(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
  return readToken(request.cookies['session_token'] ?? '') ? undefined : reply.code(401).send({ error: 'sign in' });
}

export async function themes(app: FastifyInstance): Promise<void> {
  app.addHook('onRequest', async (request) => {
    request.cookies = parse(request.headers.cookie ?? '');
  });

  app.get('/theme', async (request, reply) => {
    const { theme } = request.cookies;
    return theme ? { theme } : reply.code(404).send({ error: 'no theme' });
  });

  app.get('/me', { preHandler: signedIn }, async (request) => {
    return { is: readToken(request.cookies.session_token ?? '')?.sub };
  });
}
"""


def test_cookies_that_are_read_are_sent_and_one_that_shows_who_asks_is_signed(project):
    (project / "src/tokens.ts").write_text(TOKENS)
    (project / "src/themes.ts").write_text(THEMES)
    assert report_of("src/themes.ts", budget=4)["coverage"]["statements"] == 100.0
    text = (project / "src/__tests__/themes.test.ts").read_text()
    assert "headers: { cookie: 'theme=theme' }" in text
    assert "expect(response.json()).toEqual({ theme: 'theme' });" in text
    assert "cookie: `session_token=${signToken({ sub: 'user-1', role: 'admin' })}`" in text
    assert "expect(response.json()).toEqual({ is: 'user-1' });" in text
    assert "it('answers 401 without a token'" in text
    assert "it('answers 401 with a broken token'" in text
    run_jest()
