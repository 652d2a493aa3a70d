"""Jest on ES modules as Node has them (`--experimental-vm-modules`): doubles stand before what is loaded after them."""

import json
import shutil
import subprocess

import pytest
from by_hand import generated

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm"),
]

SCRIPT = "node --experimental-vm-modules node_modules/jest/bin/jest.js"
SETTINGS = """\
export default {
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\\\.{1,2}/.*)\\\\.js$': '$1' },
  transform: { '^.+\\\\.ts$': ['ts-jest', { useESM: true }] },
};
"""
OPTIONS = {
    "strict": True,
    "module": "ESNext",
    "moduleResolution": "Bundler",
    "target": "ES2022",
    "types": ["jest", "node"],
    "skipLibCheck": True,
    "isolatedModules": True,
}
SHOP = """\
import { Pool } from 'pg';
import { getMember, isName } from 'signing';
import { slugOf } from 'slugs';
import { clientOf } from './far-1.js';

const pool = new Pool({ max: 3 });
let asked = 0;

void clientOf;

export async function priceOf(id: string): Promise<number> {
  asked += 1;
  const found: { rows: { price: number }[] } = await pool.query('select price from shops where id = $1', [id]);
  if (found.rows.length === 0) {
    throw new Error(`there is no shop "${slugOf(id)}" (${asked})`);
  }
  return found.rows[0].price * 2;
}

export async function nameOf(id: string): Promise<string> {
  if (!isName(id)) {
    return 'nobody';
  }
  const member = await getMember(id);
  return member.status === 'OK' ? member.name : 'unknown';
}
"""
FAR = """\
// @ts-nocheck
import { Client } from 'pg';

export const clientOf = () => new Client();
"""
PORTS = """\
const port = Number(process.env.SHOP_PORT ?? '8080');
if (Number.isNaN(port)) {
  throw new Error('SHOP_PORT is no number');
}

export const settings = { port, isLive: process.env.SHOP_MODE === 'live' };
"""
RATES = """\
import pg from 'pg';

const pool = new pg.Pool({});

export const rates = await Promise.resolve({ low: 7, high: 19 });

/** @param {string} id */
export async function find(id) {
  /** @type {{ rows: { name: string }[] }} */
  const { rows } = await pool.query('select name from shops where id = $1', [id]);
  return rows[0]?.name ?? null;
}

/** @param {number} price @param {boolean} isLow */
export function tax(price, isLow) {
  return (price * (isLow ? rates.low : rates.high)) / 100;
}
"""
APP = """\
import express, { type Request, type Response } from 'express';
import { Pool } from 'pg';

const pool = new Pool({ max: 3 });

export const app = express();

app.use(express.json());

app.post('/shops', async (req: Request, res: Response) => {
  const { name } = (req.body ?? {}) as { name?: string };
  if (!name) {
    res.status(400).json({ error: 'a name is needed' });
    return;
  }
  await pool.query('insert into shops values ($1)', [name]);
  res.status(201).json({ name });
});
"""


@pytest.fixture
def modules(project):
    """Make a project of ES modules with Jest."""
    (project / "package.json").write_text(json.dumps({"type": "module", "scripts": {"test": SCRIPT}}))
    (project / "jest.config.js").write_text(SETTINGS)
    (project / "tsconfig.json").write_text(json.dumps({"compilerOptions": OPTIONS}))
    (project / "src/shop.ts").write_text(SHOP)
    for number in range(1, 6):
        (project / f"src/far-{number}.ts").write_text(f"export {{ clientOf }} from './far-{number + 1}.js';\n")
    (project / "src/far-6.ts").write_text(FAR)
    (project / "src/ports.ts").write_text(PORTS)
    (project / "src/rates.js").write_text(RATES)
    (project / "src/app.ts").write_text(APP)
    return project


def test_es_modules_under_jest_are_loaded_after_what_they_use_is_doubled(modules):
    assert generated("src/[a-eg-z]*.ts", budget=3).count('"statements": 100.0') == 3
    assert '"statements": 100.0' in generated("src/rates.js", budget=3)
    shop = (modules / "src/__tests__/shop.test.ts").read_text()
    assert "jest.unstable_mockModule('pg', () => moduleDouble('pg', ['Client', 'Pool']));\n" in shop  # far away as well
    assert "...actualSigning, ...exportDoubles('signing', ['getMember'])" in shop
    assert "  jest.resetModules();\n  ({ nameOf, priceOf } = await import('../shop.js'));\n" in shop
    rates = (modules / "src/__tests__/rates.test.js").read_text()
    assert rates.index("moduleDouble('pg', ['default'])") < rates.index("= await import('../rates.js');")
    ports = (modules / "src/__tests__/ports.test.ts").read_text()
    assert "await expect(import('../ports.js')).rejects.toThrow('SHOP_PORT is no number');" in ports
    app = (modules / "src/__tests__/app.test.ts").read_text()
    assert "const { app } = await import('../app.js');" in app
    ran = subprocess.run(["npm", "test"], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    compiled = subprocess.run(["node", "node_modules/typescript/bin/tsc", "--noEmit"], capture_output=True, check=False)
    assert compiled.returncode == 0, compiled.stdout
