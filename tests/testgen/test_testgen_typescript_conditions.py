"""Titles of generated tests say what decides: a case is compared with an ordinary one, spot by spot."""

import re
import shutil

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm"),
]

TICKETS = """\
import { Pool } from 'pg';

const pool = new Pool({ max: 2 });

export interface Ticket {
  id: string;
  owner: string;
  status: 'open' | 'closed';
}

export async function close(id: string, user: { id: string; role: 'admin' | 'member' }): Promise<Ticket | null> {
  const { rows }: { rows: Ticket[] } = await pool.query('select * from tickets where id = $1', [id]);
  const ticket = rows[0];
  if (ticket === undefined) {
    return null;
  }
  if (ticket.owner !== user.id && user.role !== 'admin') {
    throw new Error('this is the ticket of somebody else');
  }
  if (ticket.status === 'closed') {
    throw new Error('the ticket is closed');
  }
  return { ...ticket, status: 'closed' };
}

export function priceFor(count: number, isMember: boolean): number {
  if (count > 100) {
    return 0;
  }
  return isMember ? count * 2 : count * 3;
}

export function mayReopen(user: { id: string }, owner: string): boolean {
  return user.id === owner;
}
"""
SHELVES = """\
import type { FastifyInstance } from 'fastify';
import { Pool } from 'pg';

const pool = new Pool({ max: 2 });
const body = {
  type: 'object',
  required: ['title', 'shelf'],
  properties: { title: { type: 'string', minLength: 3 }, shelf: { type: 'integer', minimum: 1 } },
};

export async function shelves(app: FastifyInstance): Promise<void> {
  app.post<{ Body: { title: string; shelf: number } }>('/books', { schema: { body } }, async (request, reply) => {
    const { shelf } = request.body;
    const { rows }: { rows: { size: number }[] } = await pool.query('select size from shelves where id = $1', [shelf]);
    if (rows.length === 0) {
      return reply.code(404).send({ error: 'there is no such shelf' });
    }
    return reply.code(201).send({ title: request.body.title });
  });
}
"""


def titles_in(text):
    return re.findall(r"^ +it\((?:'((?:[^'\\]|\\.)*)'|\"([^\"]*)\")", text, re.MULTILINE)


@pytest.fixture
def written(written_once):
    modules = {"tickets": TICKETS, "shelves": SHELVES, "memberships": MEMBERSHIPS, "editors": EDITORS}
    return written_once("conditions", modules, budget=10)


def test_what_decides_stands_in_the_title_of_a_function(written):
    text = written.tests("tickets")
    titles = [one or other for one, other in titles_in(text)]
    assert "resolves to null when there are no tickets" in titles, titles
    assert any(each.startswith('rejects with "the ticket is closed" ') and "status" in each for each in titles), titles
    assert any(
        re.match(r'rejects with "this is the ticket of somebody else" .*(role|owner)', each) for each in titles
    ), titles
    own = text[text.index("describe('mayReopen'") :]
    assert re.search(r"it\('returns true (with id equal to owner|for owner equal to id)'", own), own
    assert re.search(r"it\('returns false (with id other than owner|for owner other than id)'", own), own
    assert max(map(len, titles)) <= 100
    assert len(set(titles)) == len(titles)


def test_what_decides_stands_in_the_title_of_a_request(written):
    text = written.tests("shelves")
    titles = [one or other for one, other in titles_in(text)]
    assert "answers 201" in titles, titles
    refused = [each for each in titles if each.startswith("answers 400")]
    assert refused, titles
    assert all("title" in each or "shelf" in each or "body" in each for each in refused), titles
    assert "answers 404 when there are no shelves" in titles, titles


MEMBERSHIPS = """\
import { Pool } from 'pg';

const pool = new Pool({ max: 2 });

export interface Membership {
  community: string;
  member: string;
  status: 'pending' | 'active' | 'banned';
  role: 'member' | 'moderator';
  note: string;
  since: string;
}

async function find(community: string, member: string): Promise<Membership | undefined> {
  const sql = 'select * from memberships where community = $1 and member = $2';
  const { rows }: { rows: Membership[] } = await pool.query(sql, [community, member]);
  return rows[0];
}

export async function welcome(community: string, member: string): Promise<string> {
  const membership = await find(community, member);
  if (membership === undefined) {
    return 'who are you?';
  }
  return membership.status === 'active' ? 'welcome back' : 'please wait';
}

export async function promote(community: string, member: string): Promise<boolean> {
  const membership = await find(community, member);
  return membership !== undefined && membership.status === 'active' && membership.role === 'member';
}
"""


def test_the_field_of_a_row_that_decides_stands_in_title_and_test(written):
    text = written.tests("memberships")
    tests = re.split(r"^  it\(", text[text.index("describe('welcome'") :], flags=re.MULTILINE)[1:]
    told = {"welcome back": "active", "please wait": "pending"}
    for answer, status in told.items():
        mine = [each for each in tests if f"'{answer}'" in each]
        assert mine, text
        assert all(f"status: '{each}'" in one for one in mine for each in (status, "banned") if each in one), text
        assert all(f"status is '{status}'" in one or "banned" in one for one in mine), text
    assert "(2)" not in text


EDITORS = """\
export interface Editor {
  id: string;
  role: 'reader' | 'writer' | 'chief';
  isSuspended?: boolean;
}

export function mayEdit(editor: Editor, owner: string): boolean {
  if (editor.isSuspended) {
    return false;
  }
  return editor.id === owner || editor.role === 'chief';
}

export function appoint(editor: Editor, role: Editor['role']): string {
  if (editor.role === 'reader') {
    throw new Error('readers appoint nobody');
  }
  return `${editor.id} appoints a ${role}`;
}
"""


def test_what_may_be_missing_and_does_not_matter_is_left_out(written):
    text = written.tests("editors")
    assert "isSuspended" not in text[text.index("describe('appoint'") :], text
    assert "isSuspended: true" in text, text
    assert "isSuspended: false" not in text, text


def test_the_tests_hold(written):
    written.run_jest()
