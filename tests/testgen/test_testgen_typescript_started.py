"""An application that a module starts when it is imported is asked as well, whether it exports it or not."""

import shutil

import pytest
from by_hand import let_default_imports_be, report_of, reports_of, run_jest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm"),
]

BELLS = """\
import { Router, type Request, type Response } from 'express';

const bells = Router();

bells.post('/bells', (req: Request, res: Response) => {
  const { name } = req.body as { name?: string };
  if (!name) {
    throw new RangeError('a bell has a name');
  }
  res.status(201).json({ rings: name });
});

export default bells;
"""
MAIN = """\
import express, { type NextFunction, type Request, type Response } from 'express';
import bells from './bells';

const app = express();

app.use(express.json());
app.use(bells);

app.get('/', (_req: Request, res: Response) => {
  res.json({ status: 'ready' });
});

app.use((error: Error, _req: Request, res: Response, _next: NextFunction) => {
  res.status(error instanceof RangeError ? 422 : 500).json({ error: error.message });
});

const PORT = process.env.PORT || 3000;

app.listen(PORT, () => {
  console.info(`rings on port ${PORT}`);
});
"""
SERVED = MAIN.replace("import bells", "import { createServer } from 'node:http';\nimport bells").replace(
    "app.listen(", "createServer(app).listen("
)


@pytest.mark.parametrize("main", [MAIN, pytest.param(SERVED, marks=pytest.mark.nightly)])
def test_the_application_that_a_module_starts_and_keeps_to_itself_is_asked(project, main):
    let_default_imports_be(project)
    (project / "src/bells.ts").write_text(BELLS)
    (project / "src/main.ts").write_text(main)
    assert report_of("src/main.ts", budget=8)["coverage"]["statements"] == 100.0
    text = (project / "src/__tests__/main.test.ts").read_text()
    assert "app = await startedBy<Express>(() => import('../main'));" in text
    assert "describe('GET /'" in text
    assert "expect(response.body).toEqual({ status: 'ready' });" in text
    assert "expect(response.body).toEqual({ error: 'a bell has a name' });" in text
    run_jest()


PENS = """\
import type { FastifyInstance } from 'fastify'

export async function withPens(server: FastifyInstance): Promise<void> {
    server.log.info('pens')
    await Promise.resolve()
    server.get('/pens/:id', async (request, reply) => {
        const { id } = request.params as { id: string }
        return id === '0' ? reply.code(404).send({ error: 'no such pen' }) : { id }
    })
}
"""
DESK = """\
import fastify from 'fastify'
import { withPens } from './pens'

const main = async () => {
    const server = fastify()
    await withPens(server)
    server.get('/', async () => ({ status: 'ready' }))
    server.listen({ port: 8080 }, (error) => {
        if (error) {
            process.exit(1)
        }
        console.info('listens')
    })
}
main()
"""
OPEN_DESK = """\
import fastify from 'fastify';
import { withPens } from './pens';

export const server = fastify();

server.get('/', async () => ({ status: 'open' }));
void withPens(server).then(() => server.listen({ port: 8080 }));
"""


def test_an_application_of_fastify_that_a_module_starts_is_asked(project):
    (project / "src/pens.ts").write_text(PENS)
    (project / "src/desk.ts").write_text(DESK)
    (project / "src/open.ts").write_text(OPEN_DESK)
    let_default_imports_be(project)
    made = reports_of("src/[do]*.ts", budget=5)
    assert [each["mutants"]["killed"] > 0 for each in made.values()] == [True, True]
    desk = (project / "src/__tests__/desk.test.ts").read_text()
    assert "app = await startedBy<RequestListener>(() => import('../desk'));" in desk
    assert "toEqual({ status: 'ready' });" in desk
    assert "'/pens/" in desk
    opened = (project / "src/__tests__/open.test.ts").read_text()
    assert "keepPortsClosed" in opened
    assert "toEqual({ status: 'open' });" in opened
    assert "'/pens/" in opened
    run_jest()


EXPORTED = f"{MAIN}\nexport default app;\n"
COUNTED = BELLS.replace(
    "export default",
    "bells.get('/bells', (_req: Request, res: Response) => {\n  res.json({ count: 3 });\n});\n\nexport default",
)


@pytest.mark.nightly
def test_an_application_of_express_that_a_module_exports_and_starts_is_asked_and_takes_no_port(project):
    let_default_imports_be(project)
    (project / "src/bells.ts").write_text(COUNTED)
    (project / "src/main.ts").write_text(EXPORTED)
    made = reports_of("src/*.ts", budget=6)
    for name in ("main", "bells"):  # the router is asked through the application that mounts it
        assert made[f"src/{name}.ts"]["coverage"]["statements"] == 100.0
        text = (project / f"src/__tests__/{name}.test.ts").read_text()
        assert "app = await startedBy<Express>(() => import('../main'));" in text
        assert "content-encoding" not in text  # what parsers of bodies read on their own is nobody's question
    assert "expect(response.body).toEqual({ error: 'a bell has a name' });" in text
    run_jest()
