"""What goes into the calls of generated tests: schemas inside of others, and doubles for what a class needs."""

import json
import shutil

import pytest
from by_hand import generate, run_jest

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


@pytest.fixture
def written(written_once):
    modules = {"sign-up": SIGN_UP, "session": TOKENS, "door": DOOR, "posts": POSTS}
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
