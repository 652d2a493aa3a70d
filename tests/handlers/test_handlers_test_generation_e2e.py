"""A small application is started, asked, and gets a spec that passes; the packages are installed once."""

import json
import shutil
import subprocess

import pytest

from orchestrator.handlers.test_generation import TestGeneration
from orchestrator.models.status import OutcomeKind

APP = """\
const { randomUUID } = require('node:crypto');
const app = require('fastify')();
const posts = new Map();
const body = { type: 'object', required: ['title'], properties: { title: { type: 'string', minLength: 3 } } };

app.get('/', async (request, reply) => reply.type('text/html').send('<title>Posts</title>'));
app.post('/posts', { schema: { body } }, async (request, reply) => {
  const post = { id: randomUUID(), title: request.body.title };
  posts.set(post.id, post);
  return reply.status(201).send(post);
});
app.get('/posts/:id', async (request) => posts.get(request.params.id));
app.post('/posts/:id/likes', async () => {
  throw new Error('not yet');
});
app.listen({ port: Number(process.env.PORT) });
"""
PACKAGES = {"@playwright/test": "1.65.1", "fastify": "5.12.8", "typescript": "5.9.3"}
TASK = {"target": "e2e/", "test_file": "e2e/posts.spec.ts", "test_type": "e2e"}


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm")
def test_a_flow_is_asked_written_and_run_and_an_error_of_the_server_is_no_expectation(bench) -> None:
    package = {"scripts": {"start": "node server.js"}, "devDependencies": PACKAGES}
    bench.write("package.json", json.dumps(package))
    bench.write("server.js", APP)
    subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund"], cwd=bench.root, check=True)
    outcome = bench.run(TestGeneration(), TASK)
    assert outcome.kind is OutcomeKind.CHANGED, outcome.detail
    [module] = outcome.outputs["modules"]
    assert [each["call"] for each in module["defects"]] == ["POST /posts/:id/likes"]
    assert "passed 3 times" in module["told"]
    text = bench.read("e2e/posts.spec.ts")
    assert "const response = await request.get(`/posts/${postId}`);" in text
    assert "answers 500" not in text
    assert "command: 'npm run --silent start'" in bench.read("playwright.config.ts")
