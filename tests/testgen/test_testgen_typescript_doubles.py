"""Packages that reach the world outside are doubled, whichever module of the project opens the connection."""

import shutil
import subprocess
from pathlib import Path

import pytest
from by_hand import generated, run_jest

import orchestrator.testgen.typescript as package

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm"),
]

STORE = """\
import { Pool } from 'pg';

let pool: Pool | undefined;

export function connect(address: string): Pool {
  pool ??= new Pool({ connectionString: address });
  return pool;
}

export async function nameOf(address: string, id: string): Promise<string | null> {
  const pool = connect(address);
  const found: { rows: { name: string }[] } = await pool.query('select name from people where id = $1', [id]);
  return found.rows.length > 0 ? found.rows[0].name : null;
}
"""
PRISMA = """\
import { PrismaClient } from '@prisma/client';

export const prisma = new PrismaClient();
"""
POSTS = """\
import { prisma } from './lib/prisma';
import { nameOf } from './store';

export function authorOf(id: string): Promise<string | null> {
  return nameOf('postgres://db', id);
}

export async function publish(id: number): Promise<{ id: number; published: boolean }> {
  const post: { id: number; published: boolean } | null = await prisma.post.findUnique({ where: { id } });
  if (!post) {
    throw new Error('no such post');
  }
  return post.published ? post : prisma.post.update({ where: { id }, data: { published: true } });
}
"""
PEOPLE = """\
import { model, Schema } from 'mongoose';
import { Kysely } from 'kysely';

const Person = model('Person', new Schema({ name: String }));
const db = new Kysely<{ orders: { total: number } }>({});

export async function greeting(id: string): Promise<string> {
  const person: { name: string } | null = await Person.findById(id).lean();
  return person ? `hello, ${person.name}` : 'hello, stranger';
}

export async function total(id: string): Promise<number> {
  const rows: { total: number }[] = await db.selectFrom('orders').where('owner', '=', id).execute();
  return rows.reduce((sum, row) => sum + row.total, 0);
}
"""
MAILS = """\
import { connect } from 'amqplib';
import { Queue } from 'bullmq';
import { createTransport } from 'nodemailer';

const queue = new Queue('mails');
const transport = createTransport({});

export async function welcome(to: string): Promise<string> {
  const { id } = await transport.sendMail({ to, subject: 'Welcome' });
  const job = await queue.add('remind', { to });
  return `${id} ${job.id}`;
}

export async function publish(url: string, text: string): Promise<number> {
  const connection = await connect(url);
  const channel = await connection.createChannel();
  channel.sendToQueue('mails', text);
  await connection.close();
  return text.length;
}
"""
WEATHER = """\
import { get } from 'axios';
import { request } from 'undici';

export async function weatherIn(city: string): Promise<string> {
  const { data } = await get<{ degrees: number }>(`https://example.com/${city}`);
  return data.degrees < 0 ? 'frost' : `${data.degrees}`;
}

export async function isUp(url: string): Promise<boolean> {
  const { statusCode } = await request(url);
  return statusCode < 400;
}
"""
RATES = """\
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';

export async function rateOf(currency: string): Promise<number> {
  const response = await fetch(`https://example.com/rates/${currency}`);
  if (response.status === 404) {
    throw new Error(`no rate for ${currency}`);
  }
  const body = (await response.json()) as { rate: number };
  return body.rate;
}

export function settings(path: string): { rate?: number } {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
}

export async function save(path: string, rate: number): Promise<void> {
  await writeFile(path, `{"rate":${rate}}`);
}
"""
MEMBERS = """\
import type { FastifyReply, FastifyRequest } from 'fastify';
import { getMember, isName } from 'signing';

export async function rename(request: FastifyRequest, reply: FastifyReply) {
  const { body, member, log } = request as FastifyRequest<{ Body: { name: string } }>;
  if (!member) {
    return reply.status(401).send({ error: 'sign in first' });
  }
  const found = await getMember(member.id);
  if (found.status !== 'OK') {
    log.info(found.status);
    return reply.status(404).send({ error: 'no such member' });
  }
  return reply.send({ name: body.name, isNew: isName(body.name) && body.name !== found.name });
}
"""
SHELVES = """\
export abstract class Shelf<T extends Record<string, unknown>> {
  constructor(private readonly items: T[]) {}

  isEmpty(): boolean {
    return this.items.length === 0;
  }
}

export function greeter(word: string) {
  return (name: string): string => (name ? `${word}, ${name}!` : word);
}
"""
DECORATED = """\
declare module 'fastify' {
  interface FastifyRequest {
    member?: { id: string };
  }
}

export {};
"""
SHOWN = {
    "shelves": ["new (class extends Shelf<Record<string, unknown>> {})(", "expect(greeter('word')('"],
    "members": [
        ".exportDoubles('signing', ['getMember']),",
        "log: { info: jest.fn() }",
        "return { status: jest.fn().mockReturnThis(), send: jest.fn().mockReturnThis() };",
        "const reply = aReply();",
        "rename(request as never, reply as never)",
        "answers 401 with { error: 'sign in first' }",
        "expect(reply.status).toHaveBeenCalledWith(401);",
        "expect(reply.send).toHaveBeenCalledWith({ error: 'no such member' });",
    ],
    "store": ["jest.mock('pg', () => ", ".packageDouble('pg'));", "['query', 'select name from people where id = $1'"],
    "posts": ["jest.mock('@prisma/client', ", "['post.findUnique', { where: { id: ", "toThrow('no such post')"],
    "people": ["'hello, stranger'", "['selectFrom', 'orders']"],
    "mails": ["['sendToQueue', 'mails', ", "['sendMail', { to: ", "['add', 'remind', { to: "],
    "weather": ["toBe('frost')", "clientOf('undici', [{ statusCode: 400 }]);"],
    "rates": [
        "globalThis.fetch = packageDouble('fetch') as typeof fetch;",
        "new Response(JSON.stringify({ rate: ",
        "toThrow('no rate for ",
        "[['writeFile', '",
    ],
}


def test_what_reaches_outside_is_doubled_and_what_it_is_asked_is_asserted(project):
    (project / "src/lib").mkdir()
    (project / "src/lib/prisma.ts").write_text(PRISMA)
    (project / "src/lib/decorated.ts").write_text(DECORATED)
    modules = {
        "members": MEMBERS,
        "shelves": SHELVES,
        "store": STORE,
        "posts": POSTS,
        "people": PEOPLE,
        "mails": MAILS,
        "weather": WEATHER,
        "rates": RATES,
    }
    for name, text in modules.items():
        (project / f"src/{name}.ts").write_text(text)
    generated("src/*.ts", budget=2)
    written = {name: (project / f"src/__tests__/{name}.test.ts").read_text() for name in modules}
    assert [(name, each) for name, shown in SHOWN.items() for each in shown if each not in written[name]] == []
    run_jest()


def test_the_shared_helper_file_compiles_in_the_strictest_project(project):
    shutil.copy(Path(package.__file__).parent / "node/doubles.ts", project / "src/doubles.ts")
    strict = ("--strict", "--noUnusedLocals", "--noUnusedParameters", "--noImplicitReturns", "--skipLibCheck")
    options = ("--target", "es2022", "--module", "commonjs", "--types", "node,jest", "--esModuleInterop")
    command = ["npx", "tsc", "--noEmit", *strict, *options, "src/doubles.ts"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
