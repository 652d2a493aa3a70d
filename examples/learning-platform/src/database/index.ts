/** The one connection pool of the process. */
import knex, { type Knex } from 'knex';
import { types } from 'pg';
import { loadConfig, type Config } from '../config';

let pool: Knex | undefined;

export function databaseOptions(config: Config): Knex.Config {
  return {
    client: 'pg',
    connection: {
      connectionString: config.database.url,
      ssl: config.database.ssl ? { rejectUnauthorized: true } : false,
    },
    pool: { min: 0, max: config.database.poolMax },
    acquireConnectionTimeout: 10_000,
  };
}

/** Read bigints as numbers and times as ISO strings, which is how the rest of the code writes them. */
export function readPlainValues(): void {
  types.setTypeParser(types.builtins.INT8, Number);
  types.setTypeParser(types.builtins.TIMESTAMPTZ, (text) => new Date(text).toISOString());
}

/** The pool, opened at the first call; no connection is made before the first query. */
export function getDb(): Knex {
  if (pool === undefined) {
    readPlainValues();
    pool = knex(databaseOptions(loadConfig()));
  }
  return pool;
}

/** Use another database from here on: a test's, or a transaction's. */
export function setDb(db: Knex | undefined): void {
  pool = db;
}

export async function closeDb(): Promise<void> {
  const open = pool;
  pool = undefined;
  await open?.destroy();
}

/** Ask the database for an answer; false instead of an error. */
export async function isDatabaseUp(db: Knex): Promise<boolean> {
  try {
    await db('users').select('id').limit(1);
    return true;
  } catch {
    return false;
  }
}
