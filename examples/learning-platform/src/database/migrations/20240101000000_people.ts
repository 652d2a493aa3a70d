import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('users', (table) => {
    table.string('id', 64).primary();
    table.string('email', 254).notNullable().unique();
    table.string('display_name', 80).notNullable();
    table.string('password_hash', 100).notNullable();
    table.string('role', 16).notNullable().defaultTo('learner');
    table.string('status', 16).notNullable().defaultTo('active');
    table.string('mfa_secret', 64).nullable();
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now());
  });
  await knex.schema.createTable('communities', (table) => {
    table.string('id', 64).primary();
    table.string('name', 120).notNullable();
    table.string('slug', 60).notNullable().unique();
    table.string('visibility', 16).notNullable();
    table.string('owner_id', 64).notNullable().references('users.id');
    table.integer('member_count').notNullable().defaultTo(0);
    table.integer('member_limit').notNullable().defaultTo(100);
    table.boolean('archived').notNullable().defaultTo(false);
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now());
  });
  await knex.schema.createTable('community_members', (table) => {
    table.string('community_id', 64).notNullable().references('communities.id').onDelete('CASCADE');
    table.string('user_id', 64).notNullable().references('users.id').onDelete('CASCADE');
    table.string('role', 16).notNullable().defaultTo('member');
    table.string('status', 16).notNullable();
    table.timestamp('joined_at').notNullable().defaultTo(knex.fn.now());
    table.primary(['community_id', 'user_id']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('community_members');
  await knex.schema.dropTableIfExists('communities');
  await knex.schema.dropTableIfExists('users');
}
