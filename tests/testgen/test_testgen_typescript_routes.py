"""Routes, hooks and plugins of a small application get tests through its own server."""

import shutil

import pytest
from by_hand import generate, run_jest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm"),
]

TOKENS = """\
export interface Claims {
  sub: string;
  role: 'reader' | 'editor';
}

export function signToken(claims: Claims): string {
  return Buffer.from(JSON.stringify(claims)).toString('base64url');
}

export function readToken(header: string | undefined): Claims | undefined {
  const [, text] = /^Bearer ([A-Za-z0-9_-]+)$/.exec(header ?? '') ?? [];
  if (text === undefined) {
    return undefined;
  }
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString()) as Claims;
  } catch {
    return undefined;
  }
}
"""
GATE = """\
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readToken, type Claims } from '../tokens';

export function requireRole(role: Claims['role']) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const claims = readToken(request.headers.authorization);
    if (claims === undefined) {
      return reply.status(401).send({ error: 'sign in first' });
    }
    return claims.role === role ? undefined : reply.status(403).send({ error: `only for the role ${role}` });
  };
}
"""
ENTRY = """\
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readToken, type Claims } from '../tokens';

declare module 'fastify' {
  interface FastifyRequest {
    member?: Claims;
  }
}

export async function authenticate(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
  const claims = readToken(request.headers.authorization);
  if (claims === undefined) {
    return reply.status(401).send({ error: 'sign in first' });
  }
  request.member = claims;
  return undefined;
}

export async function ownOnly(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
  const { id } = request.params as { id: string };
  if (request.member?.sub !== id) {
    return reply.status(403).send({ error: 'this is not yours' });
  }
  return undefined;
}
"""
ME = """\
import type { FastifyInstance } from 'fastify';
import { authenticate } from './entry';

export async function meRoutes(server: FastifyInstance): Promise<void> {
  server.get('/me', { preHandler: authenticate }, async (request) => ({ sub: request.member?.sub }));
}
"""
NOTES = """\
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { pool } from '../pool';
import { requireRole } from './gate';

interface Note {
  title: string;
  draft: boolean;
}

const noteSchema = z.object({ title: z.string().min(3).max(20), pages: z.number().int().min(1) });

export async function noteRoutes(server: FastifyInstance): Promise<void> {
  server.get('/notes/:id', async (request, reply) => {
    const { id } = request.params as { id: string };
    const found: { rows: Note[] } = await pool.query('select * from notes where id = $1', [id]);
    if (found.rows.length === 0) {
      return reply.status(404).send({ error: 'no such note' });
    }
    return { title: found.rows[0].title, draft: found.rows[0].draft };
  });

  server.post('/notes', { preHandler: requireRole('editor') }, async (request, reply) => {
    const note = noteSchema.safeParse(request.body);
    if (!note.success) {
      return reply.status(422).send({ fields: note.error.issues.map((each) => each.path.join('.')) });
    }
    await pool.query('insert into notes values ($1, $2)', [note.data.title, note.data.pages]);
    return reply.status(201).send({ title: note.data.title });
  });
}
"""
LIMITS = """\
import type { FastifyInstance } from 'fastify';

export interface Limits {
  answer: 'short' | 'long';
}

export async function addLimits(server: FastifyInstance, limits: Limits): Promise<void> {
  server.addHook('onRequest', async (_request, reply) => {
    reply.header('x-limit', limits.answer === 'short' ? '10' : '1000');
  });
  server.setErrorHandler(async (error: Error, _request, reply) => reply.status(418).send({ told: error.message }));
}
"""
GUARD = """\
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readToken } from './tokens';

declare module 'fastify' {
  interface FastifyInstance {
    signedIn(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  }
  interface FastifyRequest {
    member?: string;
  }
}

export async function addGuard(server: FastifyInstance): Promise<void> {
  server.decorate('signedIn', async (request: FastifyRequest, reply: FastifyReply) => {
    const claims = readToken(request.headers.authorization);
    if (claims === undefined) {
      await reply.status(401).send({ error: 'sign in first' });
      return;
    }
    request.member = claims.sub;
  });
}
"""
FAILURES = """\
import type { FastifyInstance } from 'fastify';

export async function tellFailures(server: FastifyInstance): Promise<void> {
  server.setErrorHandler(async (error, _request, reply) => {
    if (error.validation) {
      const fields = error.validation.map((each) => each.instancePath);
      return reply.status(422).send({ fields });
    }
    if (error.statusCode === 429) {
      return reply.status(429).send({ told: 'slow down' });
    }
    return reply.status(500).send({ told: error.code === 'E_FULL' ? 'no room' : 'broken' });
  });
}
"""
HELPERS = """\
import type { FastifyInstance } from 'fastify';
import { addHelpers } from 'route-helpers';

export async function equip(server: FastifyInstance): Promise<void> {
  addHelpers(server);
}
"""
NEVER = """\
import type { FastifyInstance } from 'fastify';

export async function addWait(server: FastifyInstance): Promise<void> {
  server.decorate('wait', (_request: unknown, _reply: unknown, _done: unknown) => undefined);
}
"""
POOL = (
    "import { Pool } from 'pg';\n\nexport const pool = new Pool({ connectionString: 'postgres://localhost/notes' });\n"
)
APP = """\
import Fastify, { type FastifyInstance } from 'fastify';
import { noteRoutes } from './web/notes';

export async function buildApp(options: { logger?: boolean } = {}): Promise<FastifyInstance> {
  const app = Fastify({ logger: options.logger ?? true });
  await app.register(noteRoutes, { prefix: '/api' });
  return app;
}
"""


def test_routes_hooks_and_plugins_are_tried_on_a_server(project):
    files = {"tokens": TOKENS, "pool": POOL, "app": APP, "web/gate": GATE, "web/notes": NOTES, "web/limits": LIMITS}
    (project / "src/web").mkdir()
    for name, text in files.items():
        (project / f"src/{name}.ts").write_text(text)
    made = generate("src/web/*.ts", "--json", budget=8)
    assert made.returncode == 0, made.stdout + made.stderr
    assert made.stdout.count('"statements": 100.0') == 3, made.stdout
    notes = (project / "src/web/__tests__/notes.test.ts").read_text()
    assert "app = await buildApp({ logger: false });" in notes
    assert "describe('POST /api/notes'" in notes
    assert "answers 401 without a token" in notes
    assert "answers 403 for a user with the role reader" in notes
    assert "answers 404 when there are no notes" in notes
    assert "signToken({ sub: 'user-1', role: 'editor' })" in notes
    assert "expect(response.json()).toEqual({ fields: [" in notes
    gate = (project / "src/web/__tests__/gate.test.ts").read_text()
    assert "await serve(requireRole('" in gate
    limits = (project / "src/web/__tests__/limits.test.ts").read_text()
    assert "await addLimits(app, { answer: '" in limits
    assert "expect(response.statusCode).toBe(418);" in limits
    run_jest()


@pytest.mark.nightly
def test_nobody_stands_on_a_request_where_a_token_decides(project):
    files = {"tokens": TOKENS, "pool": POOL, "app": APP, "web/gate": GATE, "web/notes": NOTES, "web/limits": LIMITS}
    (project / "src/web").mkdir()
    for name, text in {**files, "web/entry": ENTRY, "web/me": ME}.items():
        (project / f"src/{name}.ts").write_text(text)
    made = generate("src/web/entry.ts", "--json", budget=8)
    assert made.returncode == 0, made.stdout + made.stderr
    assert '"statements": 100.0' in made.stdout
    entry = (project / "src/web/__tests__/entry.test.ts").read_text()
    assert "await serve(authenticate);" in entry
    assert "await serve(authenticate, " not in entry, entry
    own = entry[entry.index("describe('ownOnly'") :]
    assert "toBe(200)" in own, own
    assert "headers" not in own, own  # nobody looks at them
    run_jest()


@pytest.fixture
def plugins(written_once):
    modules = {"tokens": TOKENS, "guard": GUARD, "failures": FAILURES, "helpers": HELPERS, "never": NEVER}
    return written_once("on-a-server", modules, target="src/[fghn]*.ts", budget=8)


def test_what_a_plugin_puts_on_the_server_is_tried_before_a_route(plugins):
    assert plugins.statements("guard") == 100.0
    guard = plugins.tests("guard")
    assert "await addGuard(app);" in guard
    assert "{ preHandler: app.signedIn }, async (request) => ({ member: request.member ?? null })" in guard
    assert "expect(response.json()).toEqual({ member: 'user-1' });" in guard
    assert "answers 401 without a token" in guard


def test_errors_that_a_handler_tells_apart_are_thrown(plugins):
    assert plugins.statements("failures") == 100.0
    failures = plugins.tests("failures")
    assert "toEqual({ fields: ['/name'] })" in failures
    assert "toEqual({ told: 'slow down' })" in failures
    assert "toEqual({ told: 'no room' })" in failures


def test_what_a_package_puts_on_the_server_is_not_waited_for(plugins):
    assert plugins.statements("helpers") == 100.0
    helpers = plugins.tests("helpers")
    assert "it('puts assert on the server', async () => {" in helpers
    assert "expect(app.hasDecorator('assert')).toBe(true);" in helpers
    assert "app.assert" not in helpers


def test_a_call_that_never_ends_does_not_hold_the_others_up(plugins):
    assert plugins.reports["src/never.ts"]["dropped"]["does not end"] > 0
    assert plugins.statements("guard") == plugins.statements("failures") == 100.0
