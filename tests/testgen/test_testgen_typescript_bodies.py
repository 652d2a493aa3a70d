"""Requests that hold more than JSON and zod say: schemas of Joi, forms with files, cookies that the project signs."""

import shutil

import pytest
from by_hand import let_default_imports_be

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm"),
]

ORDERS = """\
import type { FastifyInstance } from 'fastify';
import Joi from 'joi';

const order = Joi.object({
  email: Joi.string().email().required(),
  count: Joi.number().integer().min(2).max(9).required(),
  kind: Joi.string().valid('gift', 'plain'),
});

const page = Joi.object({ size: Joi.number().integer().min(1).max(50).required() });

export async function orders(app: FastifyInstance): Promise<void> {
  app.setValidatorCompiler(({ schema }) => (data) => (schema as Joi.ObjectSchema).validate(data));
  type Order = { email: string; count: number; kind?: string };
  app.post<{ Body: Order }>('/orders', { schema: { body: order } }, async (request, reply) => {
    const isGift = request.body.kind === 'gift';
    return reply.code(201).send({ to: request.body.email, price: request.body.count * (isGift ? 4 : 3) });
  });
  app.get('/orders', async (request, reply) => {
    const { error, value } = page.validate(request.query);
    if (error) {
      return reply.code(422).send({ error: 'this is no page' });
    }
    return { size: value.size };
  });
}
"""
NOTES = """\
import multipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';

export async function notes(app: FastifyInstance): Promise<void> {
  await app.register(multipart, { limits: { fileSize: 1000 } });
  app.post('/notes', async (request, reply) => {
    const file = await request.file();
    if (file === undefined) {
      return reply.code(400).send({ error: 'there is no file' });
    }
    if (file.mimetype !== 'text/plain') {
      return reply.code(415).send({ error: 'only texts are taken' });
    }
    const text = (await file.toBuffer()).toString();
    return reply.code(201).send({ name: file.filename, length: text.length });
  });
}
"""
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


@pytest.fixture
def written(written_once):
    modules = {"orders": ORDERS, "notes": NOTES, "themes": THEMES, "tokens": TOKENS}
    return written_once("bodies", modules, target="src/*[!n]s.ts", budget=12, besides=let_default_imports_be)


def test_what_schemas_of_joi_take_and_refuse_is_sent(written):
    assert written.statements("orders") == 100.0
    text = written.tests("orders")
    assert "payload: { email: 'ada@example.com', count: " in text
    assert "expect(response.statusCode).toBe(201);" in text
    assert "expect(response.statusCode).toBe(400);" in text
    assert "expect(response.statusCode).toBe(422);" in text
    assert "expect(response.json()).toEqual({ size: " in text


def test_files_are_sent_to_routes_that_read_them(written):
    assert written.statements("notes") == 100.0
    text = written.tests("notes")
    assert "const form = new FormData();" in text
    assert "form.append('file', new Blob(['Hello, wide world'], { type: 'text/plain' }), 'notes.txt');" in text
    assert "payload: form }" in text
    assert "answers 415 with an image" in text
    assert "answers 400 without a file" in text
    written.run_jest()


def test_cookies_that_are_read_are_sent_and_one_that_shows_who_asks_is_signed(written):
    assert written.statements("themes") == 100.0
    text = written.tests("themes")
    assert "headers: { cookie: 'theme=theme' }" in text
    assert "expect(response.json()).toEqual({ theme: 'theme' });" in text
    assert "cookie: `session_token=${signToken({ sub: 'user-1', role: 'admin' })}`" in text
    assert "expect(response.json()).toEqual({ is: 'user-1' });" in text
    assert "it('answers 401 without a token'" in text
    assert "it('answers 401 with a broken token'" in text
