import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('contents', (table) => {
    table.string('id', 64).primary();
    table.string('title', 200).notNullable();
    table.text('body').notNullable();
    table.string('author_id', 64).notNullable().references('users.id');
    table.string('reviewer_id', 64).nullable().references('users.id');
    table.string('state', 24).notNullable().defaultTo('draft').index();
    table.integer('version').notNullable().defaultTo(1);
    table.string('note', 500).nullable();
    table.timestamp('updated_at').notNullable().defaultTo(knex.fn.now());
  });
  await knex.schema.createTable('checkpoints', (table) => {
    table.string('id', 64).primary();
    table.string('title', 200).notNullable();
    table.string('community_id', 64).notNullable().references('communities.id');
    table.string('type', 24).notNullable();
    table.jsonb('definition').notNullable();
  });
  await knex.schema.createTable('submissions', (table) => {
    table.string('id', 64).primary();
    table.string('assessment_id', 64).notNullable().references('checkpoints.id');
    table.string('user_id', 64).notNullable().references('users.id');
    table.integer('attempt').notNullable();
    table.jsonb('answers').notNullable();
    table.float('percent').notNullable();
    table.boolean('passed').notNullable();
    table.timestamp('submitted_at').notNullable();
    table.unique(['assessment_id', 'user_id', 'attempt']);
  });
  await knex.schema.createTable('mentor_profiles', (table) => {
    table.string('id', 64).primary().references('users.id');
    table.string('community_id', 64).notNullable().references('communities.id').index();
    table.jsonb('skills').notNullable();
    table.jsonb('languages').notNullable();
    table.integer('utc_offset').notNullable();
    table.integer('capacity').notNullable();
    table.integer('mentees').notNullable().defaultTo(0);
    table.float('rating').notNullable().defaultTo(0);
  });
  await knex.schema.createTable('transcoding_jobs', (table) => {
    table.string('id', 64).primary();
    table.string('content_id', 64).notNullable().references('contents.id');
    table.string('rendition', 16).notNullable();
    table.string('state', 16).notNullable().index();
    table.integer('attempts').notNullable().defaultTo(0);
    table.string('error', 500).nullable();
    table.bigInteger('not_before').notNullable().defaultTo(0);
  });
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['transcoding_jobs', 'mentor_profiles', 'submissions', 'checkpoints', 'contents']) {
    await knex.schema.dropTableIfExists(table);
  }
}
