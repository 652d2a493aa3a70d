"""Routers, applications and handlers of Express get tests through requests."""

import re
import shutil

import pytest
from by_hand import let_default_imports_be, report_of, run_jest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm"),
]

POOL = "import { Pool } from 'pg';\n\nexport const pool = new Pool({ max: 2 });\n"
TOKENS = """\
export function signToken(user: { id: string; role: 'reader' | 'editor' }): string {
  return Buffer.from(JSON.stringify(user)).toString('base64url');
}

export function readToken(header: string | undefined): { id: string; role: string } | undefined {
  const [, text] = /^Bearer ([A-Za-z0-9_-]+)$/.exec(header ?? '') ?? [];
  try {
    return text === undefined ? undefined : (JSON.parse(Buffer.from(text, 'base64url').toString()) as never);
  } catch {
    return undefined;
  }
}
"""
GATE = """\
import type { NextFunction, Request, Response } from 'express';
import { readToken } from '../tokens';

export function requireEditor(req: Request, res: Response, next: NextFunction): void {
  const user = readToken(req.headers.authorization);
  if (user === undefined) {
    res.status(401).json({ error: 'sign in first' });
    return;
  }
  if (user.role !== 'editor') {
    res.status(403).json({ error: 'editors only' });
    return;
  }
  next();
}
"""
BOOKS = """\
import { Router, type Request, type Response } from 'express';
import { pool } from '../pool';
import { requireEditor } from './gate';

interface NewBook {
  title: string;
  pages: number;
}

const books = Router();

books.get('/:id', async (req: Request, res: Response) => {
  const found: { rows: NewBook[] } = await pool.query('select * from books where id = $1', [req.params.id]);
  if (found.rows.length === 0) {
    res.status(404).json({ error: 'no such book' });
    return;
  }
  res.json({ title: found.rows[0].title });
});

books.post('/', requireEditor, async (req: Request, res: Response) => {
  const { title, pages } = (req.body ?? {}) as Partial<NewBook>;
  if (!title || typeof pages !== 'number' || pages < 1) {
    res.status(400).json({ error: 'title and pages are needed' });
    return;
  }
  await pool.query('insert into books values ($1, $2)', [title, pages]);
  res.status(201).location(`/books/${title}`).json({ title, pages });
});

export default books;
"""
APP = """\
import express, { type NextFunction, type Request, type Response } from 'express';
import books from './web/books';

export const app = express();

app.use(express.json());
app.use('/api/books', books);
app.use((error: Error, _req: Request, res: Response, _next: NextFunction) => {
  res.status(503).json({ told: error.message });
});
"""
HANDLERS = """\
import type { NextFunction, Request, Response } from 'express';

export interface Shelf {
  find(id: string): Promise<{ title: string } | null>;
}

export function showBook(shelf: Shelf) {
  return async (req: Request, res: Response, next: NextFunction): Promise<void> => {
    try {
      const book = await shelf.find(req.params.id);
      if (book === null) {
        res.status(404).json({ error: 'no such book' });
        return;
      }
      res.json({ book });
    } catch (error) {
      next(error);
    }
  };
}
"""

PAGES = """\
import { Router, type Request, type Response } from 'express';
import { requireEditor } from './gate';

const TITLES: Record<string, { text: string }> = { 'all-novels': { text: 'Novels' } };

export const pages = Router();

pages.get('/title', requireEditor, (req: Request, res: Response) => {
  res.json({ title: TITLES[String(req.query.kind)].text });
});
"""


def write(project, files):
    """Write modules of the project; its compiler imports packages as their own default."""
    let_default_imports_be(project)
    (project / "src/web").mkdir()
    for name, text in files.items():
        (project / f"src/{name}.ts").write_text(text)


def uninstall(project, name):
    """Take a package away: the folder of all others is made of links."""
    installed = (project / "node_modules").resolve()
    (project / "node_modules").unlink()
    (project / "node_modules").mkdir()
    for each in installed.iterdir():
        if each.name != name:
            (project / "node_modules" / each.name).symlink_to(each)


@pytest.fixture
def written(written_once):
    modules = {"tokens": TOKENS, "pool": POOL, "web/gate": GATE, "web/books": BOOKS, "app": APP}
    modules["web/handlers"] = HANDLERS
    return written_once("express", modules, target="src/web/[bh]*.ts", budget=8, besides=let_default_imports_be)


def test_routes_are_asked_through_the_application_that_mounts_them(written):
    assert written.statements("web/books") == 100.0, written.reports
    text = written.tests("web/books")
    assert "import request from 'supertest';" in text
    assert "import { app } from '../../app';" in text
    assert "describe('POST /api/books'" in text
    assert "answers 401 without a token" in text
    assert "answers 403 for a user with the role reader" in text
    assert re.search(r"answers 404 when (there are no|no|the) \w+", text)
    assert ".set({ authorization: `Bearer ${signToken({ id: " in text
    assert "expect(response.body).toEqual({ error: 'title and pages are needed' });" in text
    assert "expect(response.body).toEqual({ told: 'connection lost' });" in text
    assert "'insert into books values ($1, $2)'" in text


@pytest.mark.nightly
def test_a_router_without_an_application_gets_a_plain_one(project):
    uninstall(project, "supertest")
    write(project, {"tokens": TOKENS, "pool": POOL, "web/gate": GATE, "web/books": BOOKS})
    made = report_of("src/web/books.ts", budget=8)["coverage"]
    assert made["statements"] == 100.0, made
    text = (project / "src/web/__tests__/books.test.ts").read_text()
    assert "app = express();\n  app.use(express.json());\n  app.use(books);\n  app.use(tellError);\n" in text
    assert "const response = await ask(app, 'POST', '/', { headers: " in text
    assert "describe('GET /:id'" in text
    run_jest()


def test_handlers_are_called_with_parts_of_requests(written):
    assert written.statements("web/handlers") == 100.0, written.reports
    text = written.tests("web/handlers")
    assert "params: { id: '" in text
    assert "const next = jest.fn();" in text
    assert "expect(res.status).toHaveBeenCalledWith(404);" in text
    assert "expect(next).toHaveBeenCalledWith(" in text
    written.run_jest()


@pytest.mark.nightly
def test_what_breaks_down_behind_a_door_was_let_in(project):
    write(project, {"tokens": TOKENS, "web/gate": GATE, "web/pages": PAGES})
    made = report_of("src/web/pages.ts", budget=8)["coverage"]
    assert made["statements"] == 100.0, made
    text = (project / "src/web/__tests__/pages.test.ts").read_text()
    assert "{ kind: 'all-novels' }" in text
    assert "expect(response.body).toEqual({ title: 'Novels' });" in text
    run_jest()
