"""Services get entities with something in them, decorators a method, and passwords the hash that fits."""

import shutil

import pytest
from by_hand import generated, run_jest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm"),
]

ENTITY = """\
export class Letter {
  public id: string;

  public author: string;

  public readers: string[];

  public sentAt: Date;
}
"""
FALLBACK = """\
const FAILED = { statusCode: 503, message: 'not now' };

export const withFallback = (_target: object, _key: string, descriptor: PropertyDescriptor): void => {
  const original = descriptor.value;
  descriptor.value = async function fallback(...given: unknown[]) {
    try {
      return await original.apply(this, given);
    } catch {
      return FAILED;
    }
  };
};

type Decorate = (target: object, key: string, descriptor: PropertyDescriptor) => void;

export const withRetries = (most: number): Decorate => (_target, _key, descriptor) => {
  const original = descriptor.value;
  descriptor.value = async function retried(...given: unknown[]) {
    let last: unknown;
    for (let count = 1; ; count += 1) {
      try {
        return await original.apply(this, given);
      } catch (error) {
        last = error;
        if (count >= most) {
          throw last;
        }
      }
    }
  };
};
"""
LETTERS = """\
import { Letter } from './letter';
import { withFallback } from './fallback';

interface Failure {
  message: string;
  statusCode: number;
}

interface Members {
  getMember(name: string): Promise<{ name: string; isReading: boolean } | Failure>;
}

interface Post {
  findOne(query: { id: string }): Promise<Letter | null>;
  save(letter: Letter): Promise<void>;
}

const NOT_FOUND = { message: 'no such letter', statusCode: 404 };
const FORBIDDEN = { message: 'of somebody else', statusCode: 403 };
const NO_READER = { message: 'reads nothing', statusCode: 400 };

export class Letters {
  constructor(
    private readonly post: Post,
    private readonly members: Members,
  ) {}

  @withFallback
  async addReader(id: string, author: string, reader: string) {
    const letter = await this.post.findOne({ id });
    if (!letter) {
      return NOT_FOUND;
    }
    if (letter.author !== author) {
      return FORBIDDEN;
    }
    const member = await this.members.getMember(reader);
    if ('message' in member) {
      return member.statusCode === 404 ? NO_READER : member;
    }
    if (!member.isReading) {
      return NO_READER;
    }
    if (letter.readers.some((each) => each === reader)) {
      return { success: false };
    }
    letter.readers.push(member.name);
    await this.post.save(letter);
    return { success: true };
  }
}
"""


@pytest.mark.nightly
def test_entities_are_filled_and_decorators_are_given_a_method(project):
    options = (project / "tsconfig.json").read_text()
    loose = '"strict": true, "strictPropertyInitialization": false, "experimentalDecorators": true'
    (project / "tsconfig.json").write_text(options.replace('"strict": true', loose))
    for name, text in {"letter": ENTITY, "fallback": FALLBACK, "letters": LETTERS}.items():
        (project / f"src/{name}.ts").write_text(text)
    generated("src/*[sk].ts", budget=5)  # not the entity
    letters = (project / "src/__tests__/letters.test.ts").read_text()
    assert "Object.assign(new Letter(), { author: " in letters
    for answer in ("no such letter", "of somebody else", "reads nothing", "success: true", "success: false"):
        assert answer in letters
    fallback = (project / "src/__tests__/fallback.test.ts").read_text()
    assert "withFallback({}, 'method', descriptor);" in fallback
    assert "await expect(descriptor.value()).resolves.toEqual({ statusCode: 503, message: 'not now' });" in fallback
    assert "withRetries(1)({}, 'method', descriptor);" in fallback
    run_jest()


GUARD = """\
import { compare } from 'bcrypt';

type Find = (name: string) => Promise<{ password: string } | undefined>;

export async function mayEnter(find: Find, name: string, password: string): Promise<string> {
  const member = await find(name);
  if (!member) {
    return 'unknown';
  }
  return (await compare(password, member.password)) ? 'welcome' : 'wrong password';
}
"""


@pytest.fixture
def signing_in(written_once):
    modules = {"guard": GUARD, "tokens": TOKENS, "gate": GATE, "users": TOKEN_USER}
    return written_once("signing-in", modules, target="src/g*.ts", budget=4)


def test_a_password_is_compared_with_a_hash_that_fits_it(signing_in):
    text = signing_in.tests("guard")
    assert "hashSync('Correct-horse-7', 4)" in text
    assert "resolves.toBe('welcome')" in text
    signing_in.run_jest()


TOKENS = """\
export const generateToken = (login: string): string => `${login}.${login.length}`;

export const loginIn = (token: string): string | undefined => {
  const [login = '', count] = token.split('.');
  return String(login.length) === count ? login : undefined;
};
"""
GATE = """\
import type { FastifyReply, FastifyRequest } from 'fastify';
import { loginIn } from './tokens';

export interface Sessions {
  isOpen(login: string, token: string): Promise<boolean>;
}

export const makeGate = (sessions: Sessions) => async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
  const token = request.headers.authorization?.split(' ')[1] ?? '';
  const login = loginIn(token);
  if (!login) {
    await reply.code(401).send({ error: 'who are you?' });
    return;
  }
  if (!(await sessions.isOpen(login, token))) {
    await reply.code(403).send({ error: 'your session ended' });
  }
};
"""
TOKEN_USER = """\
import { generateToken } from './tokens';

export const signIn = (login: string): { token: string } => ({ token: generateToken(login) });
"""


def test_a_factory_of_hooks_that_takes_a_service_is_tried_behind_a_door(signing_in):
    text = signing_in.tests("gate")
    assert "generateToken(" in text
    assert "who are you?" in text
    assert "your session ended" in text
