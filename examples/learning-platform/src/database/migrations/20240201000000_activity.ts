import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('trust_events', (table) => {
    table.string('id', 64).primary();
    table.string('user_id', 64).notNullable().references('users.id').index();
    table.string('community_id', 64).notNullable().references('communities.id');
    table.string('kind', 32).notNullable();
    table.timestamp('at').notNullable();
  });
  await knex.schema.createTable('notifications', (table) => {
    table.string('id', 64).primary();
    table.string('user_id', 64).notNullable().references('users.id').index();
    table.string('kind', 32).notNullable();
    table.string('text', 500).notNullable();
    table.string('channel', 16).notNullable();
    table.string('group_key', 100).notNullable();
    table.integer('count').notNullable().defaultTo(1);
    table.timestamp('read_at').nullable();
    table.timestamp('created_at').notNullable();
  });
  await knex.schema.createTable('audit_events', (table) => {
    table.string('id', 64).primary();
    table.string('actor_id', 64).notNullable();
    table.string('action', 64).notNullable().index();
    table.string('subject', 128).notNullable();
    table.jsonb('details').notNullable();
    table.string('previous_hash', 64).notNullable();
    table.string('hash', 64).notNullable();
    table.timestamp('at').notNullable();
  });
  await knex.schema.createTable('sync_records', (table) => {
    table.string('key', 160).primary();
    table.string('user_id', 64).notNullable().index();
    table.integer('version').notNullable();
    table.jsonb('fields').notNullable();
    table.jsonb('field_times').notNullable();
    table.boolean('deleted').notNullable().defaultTo(false);
  });
  await knex.schema.createTable('sync_conflicts', (table) => {
    table.string('id', 64).primary();
    table.string('user_id', 64).notNullable().index();
    table.string('key', 160).notNullable();
    table.string('field', 64).notNullable();
    table.text('kept').notNullable();
    table.text('lost').notNullable();
    table.boolean('resolved').notNullable().defaultTo(false);
  });
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['sync_conflicts', 'sync_records', 'audit_events', 'notifications', 'trust_events']) {
    await knex.schema.dropTableIfExists(table);
  }
}
