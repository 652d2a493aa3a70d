/** Settings of the Knex command line: `npm run migrate`, `npm run migrate:rollback`. */
import type { Knex } from 'knex';
import { loadConfig } from './src/config';
import { databaseOptions } from './src/database';

const config: Knex.Config = {
  ...databaseOptions(loadConfig()),
  migrations: {
    directory: './src/database/migrations',
    extension: 'ts',
    tableName: 'knex_migrations',
  },
};

export default config;
