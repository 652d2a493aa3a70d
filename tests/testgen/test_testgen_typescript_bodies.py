"""Bodies of requests that take more than JSON and zod: schemas of Joi, forms with files."""

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


@pytest.fixture
def written(written_once):
    modules = {"orders": ORDERS, "notes": NOTES}
    return written_once("bodies", modules, budget=12, besides=let_default_imports_be)


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
