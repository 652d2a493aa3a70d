"""Plugins of Fastify get tests of what they do, and of nothing that a server without them does as well."""

import re
import shutil

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm"),
]

TELLING = """\
import type { FastifyError, FastifyInstance } from 'fastify';

const register = async (server: FastifyInstance): Promise<void> => {
  server.setErrorHandler((error: FastifyError, _request, reply) =>
    reply.status(error.statusCode ?? 500).send({ told: error.message, stack: error.stack }),
  );
};

export default Object.assign(register, { [Symbol.for('skip-override')]: true });
"""
GUARDING = """\
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

export async function addGuard(server: FastifyInstance): Promise<void> {
  server.decorate('guard', async (request: FastifyRequest, reply: FastifyReply) => {
    if (request.headers['x-guest'] === 'yes') {
      await reply.status(403).send({ error: 'no guests' });
    }
  });
}
"""
ENDING = """\
import type { FastifyInstance } from 'fastify';

export async function addEnding(server: FastifyInstance): Promise<void> {
  server.addHook('onRequest', async (_request, reply) => {
    reply.header('x-served-by', 'here');
  });
  /* v8 ignore next -- signals */
  process.on('SIGTERM', () => {
    void server.close();
  });
  // istanbul ignore next
  function never(): number {
    return server.listeningOrigin.length;
  }
  /* c8 ignore start */
  if (process.env.NEVER_SET_HERE !== undefined) {
    never();
  }
  /* c8 ignore stop */
}
"""
ORIGINS = """\
import type { FastifyInstance } from 'fastify';
import { allow } from 'plain-cors';

export async function allowOrigins(server: FastifyInstance): Promise<void> {
  allow(server, (origin) => {
    if (origin === undefined) {
      return true;
    }
    return new URL(origin).hostname === 'shop.example.org';
  });
}
"""
AUDIT = """\
import type { FastifyInstance } from 'fastify';

export async function withAudit(server: FastifyInstance): Promise<void> {
  server.addHook('onRequest', async (request) => {
    request.log.info({ method: request.method }, 'is asked');
  });
}
"""
MEMBERS_ONLY = """\
import type { FastifyReply, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    user?: { id: string; role: 'reader' | 'writer' };
  }
}

export async function writersOnly(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
  if (request.user === undefined) {
    return reply.status(401).send({ error: 'sign in first' });
  }
  return request.user.role === 'writer' ? undefined : reply.status(403).send({ error: 'only writers may do that' });
}
"""
APP = """\
import Fastify, { type FastifyInstance } from 'fastify';
import { Pool } from 'pg';
import { writersOnly } from './writers';

export function buildApp(): FastifyInstance {
  const app = Fastify();
  const pool = new Pool({});
  app.addHook('onRequest', async (request, reply) => {
    if (request.headers.authorization !== 'Bearer opens') {
      await reply.status(401).send({ error: 'who are you?' });
    }
  });
  app.get('/pages', { preHandler: writersOnly }, async () => pool.query('select * from pages'));
  return app;
}
"""
DOING = ("telling", "guarding", "ending", "origins")


@pytest.fixture
def written(written_once):
    modules = {"telling": TELLING, "guarding": GUARDING, "ending": ENDING, "origins": ORIGINS, "audit": AUDIT}
    modules |= {"writers": MEMBERS_ONLY, "app": APP}
    return written_once("plugins", modules, target="src/*[!p].ts", budget=6)


def test_plugins_are_tested_for_what_they_do(written):
    assert [written.statements(each) for each in DOING] == [100.0] * len(DOING)
    telling, guarding, ending, origins = (written.tests(each) for each in DOING)
    assert "describe('telling: GET /failing', () => {" in telling
    assert "it('answers 403 for an error with the status 403', async () => {" in telling
    failing = telling[telling.index("describe('telling: GET /failing'") :].split("\ndescribe(")[0]
    assert all(" for a" in each for each in failing.splitlines() if each.startswith("  it(")), failing
    assert "stack: expect.stringContaining('Error: not allowed')" in telling
    assert "{ preHandler: Reflect.get(app, 'guard') }" in guarding
    assert "/failing" not in guarding + ending
    assert ending.count("'x-served-by': 'here'") == 1
    assert "it('sets the header x-served-by'" in ending
    assert "headers: { origin: 'http://shop.example.org' }" in origins
    assert "GET /failing" not in origins  # who is refused comes to no route
    assert "GET /nothing" not in origins
    written.run_jest()


def test_what_a_plugin_writes_to_the_log_is_asserted_once(written):
    text = written.tests("audit")
    assert text.count("expect(logged).toEqual([{ level: 30, method: 'GET', msg: 'is asked' }]);") == 1
    assert """it('logs "is asked" with method'""" in text


def test_a_hook_is_asked_without_what_it_does_not_look_at(written):
    text = written.tests("writers")
    assert "jest.mock(" not in text, text  # the server of the project was only tried out
    assert "authorization" not in text, text
    titles = re.findall(r"it\((?:'|\")(.*)(?:'|\"), async", text)
    assert "answers 401 without user" in titles, titles
    assert any(each.startswith("answers 403 ") and "role" in each for each in titles), titles
    assert len(titles) == 3, titles
