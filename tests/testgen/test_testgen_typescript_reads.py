"""Where types say nothing, what the code reads says what inputs and answers look like."""

import shutil

import pytest
from by_hand import report_of, reports_of, run_jest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm"),
]

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


def test_what_is_read_of_anything_through_functions_and_lists_is_given(project):
    (project / "src/card.ts").write_text(CARD)
    (project / "src/cards.ts").write_text(CARDS)
    for found in reports_of("src/*.ts", budget=4).values():
        assert found["coverage"]["statements"] == 100
        assert found["mutants"]["percent"] > 60
    cards = (project / "src/__tests__/cards.test.ts").read_text()
    assert '{ message: { errors: { title: ["can\'t be blank"] } }, status: 422 }' in cards
    assert "tagList: [" in cards
    run_jest()


@pytest.mark.nightly
def test_answers_are_made_as_deep_as_they_are_read_and_hashes_take_no_time(project):
    (project / "src/threads.ts").write_text(THREADS)
    assert report_of("src/threads.ts", budget=2)["coverage"]["statements"] == 100
    text = (project / "src/__tests__/threads.test.ts").read_text()
    assert "'owner true'" in text
    assert "isFollowed: true" in text
