"""What goes into the calls of generated tests: schemas, doubles for what a class needs, what is read."""

import json
import shutil

import pytest
from by_hand import generate, report_of, run_jest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm"),
]

SIGN_UP = """\
import { z } from 'zod';

export const signUp = {
  schema: {
    description: 'Make an account',
    body: z.object({
      email: z.string().email(),
      seats: z.array(z.object({ row: z.enum(['front', 'back']) })).min(1),
      contact: z.union([z.string().uuid(), z.number().int()]).optional(),
      nickname: z.string().transform((text) => text.trim().toLowerCase()).default('nobody'),
      password: z.string().refine((text) => text.length > 6, 'must be long'),
    }),
    response: { 200: z.object({ message: z.string().default('welcome') }).describe('Made') },
  },
};
"""
TOKENS = """\
export interface Tokens {
  read(text: string): any;
}

export class Session {
  constructor(private readonly tokens: Tokens) {}

  async open(text: string): Promise<{ id: string; role: string }> {
    const claims = this.tokens.read(text);
    if (claims.role !== 'owner') {
      throw new Error('owners only');
    }
    return { id: claims.id, role: claims.role };
  }
}
"""
DOOR = """\
import { Session } from './session';

interface Needs {
  session: Session;
}

export class Door {
  private readonly session: Session;

  constructor({ session }: Needs) {
    this.session = session;
  }

  async pass(text: string): Promise<string> {
    const opened = await this.session.open(text);
    return opened.role === 'owner' ? `welcome ${opened.id}` : 'wait';
  }
}
"""
COUNTER = """\
let count = 0;

export function next(): number {
  count += 1;
  return count;
}
"""
POSTS = """\
export interface Post {
  title: string;
  active: boolean;
  deleted: boolean;
  is_archived: boolean;
}

export function shown(post: Post, _rest?: string): string {
  if (!post.active || post.deleted || post.is_archived) {
    return 'nothing';
  }
  return _rest ? `${post.title} (${_rest})` : post.title;
}
"""
CARD = """\
export const cardOf = (article: any, reader?: number) => ({
  title: article.title,
  tags: article.tagList.map((tag: any) => tag.name),
  isFollowed: reader ? article.author.followers.some((each: any) => each.id === reader) : false,
});
"""
CARDS = """\
import { Pool } from 'pg';
import { cardOf } from './card';

const pool = new Pool({ max: 3 });

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly message: any,
  ) {
    super('refused');
  }
}

function conditionsOf(query: any): string[] {
  const conditions = [];
  if ('tag' in query) {
    conditions.push(`tag = '${query.tag}'`);
  }
  if ('author' in query) {
    conditions.push(`author = '${query.author}'`);
  }
  return conditions;
}

export async function find(query: any, reader?: number) {
  const found = await pool.query(`select * from articles where ${conditionsOf(query).join(' and ')}`, []);
  return found.rows.map((row: any) => cardOf(row, reader));
}

export async function add(article: any) {
  const { title, pages } = article;
  if (!title) {
    throw new Refusal(422, { errors: { title: ["can't be blank"] } });
  }
  const made = await pool.query('insert into articles values ($1, $2)', [title, pages * 2]);
  return { ...cardOf(made.rows[0]), pages };
}

export async function publish(id: string) {
  const { secret, ...article } = await pool.query('update articles set open = true where id = $1', [id]);
  return { ...cardOf(article), isSecret: Boolean(secret) };
}
"""


@pytest.fixture
def written(written_once):
    modules = {"sign-up": SIGN_UP, "session": TOKENS, "door": DOOR, "posts": POSTS, "card": CARD, "cards": CARDS}
    return written_once("inputs", modules, budget=5)


def test_schemas_inside_of_settings_are_asked_what_they_take_and_refuse(written):
    text = written.tests("sign-up")
    assert "signUp.schema.body.safeParse({" in text
    assert "nickname: 'nobody'" in text
    assert "message: 'must be long'" in text
    assert "signUp.schema.response[200].safeParse({})" in text
    assert "description: 'Make an account'" in text
    assert written.reports["src/sign-up.ts"]["mutants"]["percent"] > 80


def test_what_a_class_needs_is_doubled_with_what_is_read_of_its_answers(written):
    assert written.statements("session") == written.statements("door") == 100.0
    session = written.tests("session")
    assert "mockReturnValue({ role: 'owner', id: 'id-1' })" in session or "({ role: 'owner', id: 'id-1' })" in session
    assert "resolves.toEqual({ id: 'id-1', role: 'owner' })" in session
    door = written.tests("door")
    assert "new Door({ session" in door
    assert "new Session(" not in door


def test_modules_that_remember_are_loaded_anew_where_the_compiler_leaves_imports_as_they_are(project):
    options = json.loads((project / "tsconfig.json").read_text())["compilerOptions"]
    settings = {"compilerOptions": {**options, "module": "Node16", "moduleResolution": "Node16"}}
    (project / "tsconfig.json").write_text(json.dumps(settings, indent=2))
    (project / "src/counter.ts").write_text(COUNTER)
    made = generate("src/counter.ts", "--json", budget=5)
    assert made.returncode == 0, made.stderr
    text = (project / "src/__tests__/counter.test.ts").read_text()
    assert "({ next } = jest.requireActual<typeof import('../counter')>('../counter'));" in text
    run_jest()


def test_usually_nothing_is_deleted_or_archived_and_names_are_read_without_their_underscores(written):
    text = written.tests("posts")
    assert "active: true, deleted: false, is_archived: false" in text
    assert "' rest'" not in text
    written.run_jest()


def test_what_is_read_of_anything_through_functions_and_lists_is_given(written):
    for module in ("card", "cards"):
        assert written.statements(module) == 100
        assert written.reports[f"src/{module}.ts"]["mutants"]["percent"] > 60
    cards = written.tests("cards")
    assert '{ message: { errors: { title: ["can\'t be blank"] } }, status: 422 }' in cards
    assert "tagList: [" in cards


THREADS = """\
import { hash } from 'bcryptjs';
import { Pool } from 'pg';

interface Person {
  name: string;
  followers: { id: number }[];
}

interface Thread {
  title: string;
  comments: { body: string; author: Person }[];
}

const pool = new Pool({ max: 3 });

export async function commentsOf(slug: string, reader: number) {
  const thread: Thread | null = await pool.query('select * from threads where slug = $1', [slug]);
  return thread?.comments.map(({ body, author }) => ({
    body,
    by: author.name,
    isFollowed: author.followers.some((each) => each.id === reader),
  }));
}

export async function join(name: string, password: string, code: number): Promise<string> {
  const secret = await hash(`${name} ${password}`, 12);
  if (code === 4711) {
    return `owner ${secret.length > 3}`;
  }
  return password.length > 20 ? 'long' : name.startsWith('old') ? 'known' : 'new';
}
"""


@pytest.mark.nightly
def test_answers_are_made_as_deep_as_they_are_read_and_hashes_take_no_time(project):
    (project / "src/threads.ts").write_text(THREADS)
    assert report_of("src/threads.ts", budget=2)["coverage"]["statements"] == 100
    text = (project / "src/__tests__/threads.test.ts").read_text()
    assert "'owner true'" in text
    assert "isFollowed: true" in text
