"""A server that no function builds: a module exports and starts it, or classes register its routes."""

import shutil

import pytest
from by_hand import generate, generated, run_jest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm"),
]

STORE = """\
import { Pool } from 'pg';

let pool: Pool;

export async function connectStore(): Promise<void> {
  pool = new Pool({ connectionString: 'postgres://localhost/shop' });
}

export async function disconnectStore(): Promise<void> {
  pool = undefined as never;
}

export async function countOf(name: string): Promise<number | undefined> {
  if (pool === undefined) {
    throw new Error('not connected');
  }
  const found: { rows: { count: number }[] } = await pool.query('select count from stock where name = $1', [name]);
  return found.rows[0]?.count;
}
"""
STOCK = """\
import type { FastifyReply, FastifyRequest } from 'fastify';
import { countOf } from './store';

export async function showStock(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { name } = request.params as { name: string };
  const count = await countOf(name);
  return count === undefined ? reply.code(404).send({ error: 'unknown' }) : reply.code(200).send({ name, count });
}
"""
MAIN = """\
import Fastify from 'fastify';
import { showStock } from './stock';
import { connectStore } from './store';

const server = Fastify();
server.get('/stock/:name', showStock);

async function start(): Promise<void> {
  await connectStore();
  await server.listen({ port: 8080, host: '127.0.0.1' });
}

void start();

export default server;
"""
PRICES = """\
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

export interface PriceList {
  priceOf(name: string): Promise<number | undefined>;
}

export type Gate = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

export class PriceRoutes {
  constructor(
    private readonly gate: Gate,
    private readonly server: FastifyInstance,
    private readonly prices: PriceList,
  ) {}

  register(): void {
    this.server.get('/prices/:name', { preHandler: this.gate }, async (request, reply) => {
      const { name } = request.params as { name: string };
      const price = await this.prices.priceOf(name);
      return price === undefined ? reply.code(404).send({ error: 'unknown' }) : { name, price };
    });
  }
}
"""


def test_the_server_that_a_module_exports_and_starts_is_asked_and_takes_no_port(project):
    for name, text in {"store": STORE, "stock": STOCK, "main": MAIN, "prices": PRICES}.items():
        (project / f"src/{name}.ts").write_text(text)
    generated("src/*[cs]*[ks].ts", budget=5)  # stock and prices
    stock = (project / "src/__tests__/stock.test.ts").read_text()
    assert "afterAll(keepPortsClosed());" in stock
    assert "({ default: app } = await import('../main'));" in stock
    assert "answers 404" in stock
    assert "toEqual({ name: " in stock
    prices = (project / "src/__tests__/prices.test.ts").read_text()
    assert "new PriceRoutes(async () => undefined, app, { priceOf: " in prices
    assert "expect(response.statusCode).toBe(401);" in prices
    run_jest()


STATE = """\
export interface State {
  readonly up: boolean;
  readonly seconds: number;
}

export default class Health {
  constructor(private readonly ask: () => Promise<boolean>) {}

  async state(): Promise<State> {
    return { up: await this.ask(), seconds: Math.floor(process.uptime()) };
  }
}
"""
HEALTH_ROUTES = """\
import type { FastifyInstance } from 'fastify';
import type Health from './health';

export class HealthRoutes {
  constructor(
    private readonly server: FastifyInstance,
    private readonly health: Health,
  ) {}

  register(): void {
    this.server.get('/health', async () => this.health.state());
  }
}
"""


@pytest.mark.nightly
def test_a_stub_stands_for_a_class_with_private_parts_and_uptime_is_any_number(project):
    (project / "src/health.ts").write_text(STATE)
    (project / "src/routes.ts").write_text(HEALTH_ROUTES)
    made = generate("src/*.ts", budget=4)
    routes, health = ((project / f"src/__tests__/{each}.test.ts") for each in ("routes", "health"))
    assert routes.exists(), made.stdout + made.stderr
    assert "expect(response.statusCode).toBe(200);" in routes.read_text()
    assert "seconds: expect.any(Number)" in health.read_text()
    run_jest()
