/** Lessons on their way from a draft to the learners. */
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { DomainError } from '../types';

export type ContentState =
  'draft' | 'in_review' | 'changes_requested' | 'approved' | 'published' | 'archived';
export type ContentEvent = 'submit' | 'request_changes' | 'approve' | 'publish' | 'archive' | 'revise';

export interface Content {
  id: string;
  title: string;
  body: string;
  author_id: string;
  reviewer_id: string | null;
  state: ContentState;
  version: number;
  note: string | null;
  updated_at: string;
}

const FLOW: Record<ContentState, Partial<Record<ContentEvent, ContentState>>> = {
  draft: { submit: 'in_review', archive: 'archived' },
  in_review: { approve: 'approved', request_changes: 'changes_requested' },
  changes_requested: { submit: 'in_review', archive: 'archived' },
  approved: { publish: 'published', revise: 'draft' },
  published: { archive: 'archived', revise: 'draft' },
  archived: {},
};

const MIN_WORDS = 5;

export function nextContentState(state: ContentState, event: ContentEvent): ContentState {
  const next = FLOW[state][event];
  if (next === undefined) {
    throw new DomainError('not_possible', `"${event}" is not possible for content that is "${state}"`, 409);
  }
  return next;
}

/** What stands between a draft and its review. */
export function submissionProblems(content: Pick<Content, 'title' | 'body'>): string[] {
  const problems: string[] = [];
  if (content.title.trim().length < 3) {
    problems.push('the title is too short');
  }
  if (content.body.trim().split(/\s+/).filter(Boolean).length < MIN_WORDS) {
    problems.push(`the text needs at least ${MIN_WORDS} words`);
  }
  if (/\b(TODO|TBD)\b/.test(content.body)) {
    problems.push('the text still says that something is to be done');
  }
  return problems;
}

export class ContentService {
  constructor(
    private readonly db: Knex,
    private readonly now: () => Date = () => new Date(),
  ) {}

  async find(id: string): Promise<Content> {
    const content: Content | undefined = await this.db('contents').where({ id }).first();
    if (!content) {
      throw new DomainError('content_not_found', `there is no content "${id}"`, 404);
    }
    return content;
  }

  async list(
    filter: Partial<Pick<Content, 'state' | 'author_id'>>,
    limit = 20,
    offset = 0,
  ): Promise<Content[]> {
    return this.db('contents')
      .where(filter)
      .orderBy('updated_at', 'desc')
      .limit(limit)
      .offset(offset)
      .select('*');
  }

  async create(authorId: string, title: string, body: string): Promise<Content> {
    const content: Content = {
      id: randomUUID(),
      title: title.trim(),
      body,
      author_id: authorId,
      reviewer_id: null,
      state: 'draft',
      version: 1,
      note: null,
      updated_at: this.now().toISOString(),
    };
    await this.db('contents').insert(content);
    return content;
  }

  /** Change a draft. The version that the author saw must be the present one. */
  async edit(id: string, version: number, patch: Partial<Pick<Content, 'title' | 'body'>>): Promise<Content> {
    const content = await this.find(id);
    if (content.state !== 'draft' && content.state !== 'changes_requested') {
      throw new DomainError('not_editable', `content that is "${content.state}" is not edited`, 409);
    }
    if (content.version !== version) {
      throw new DomainError('stale_version', `version ${content.version} is there already`, 409);
    }
    return this.save(content, { ...patch, version: version + 1 });
  }

  async apply(
    id: string,
    event: ContentEvent,
    actorId: string,
    note: string | null = null,
  ): Promise<Content> {
    const content = await this.find(id);
    const state = nextContentState(content.state, event);
    if (event === 'submit') {
      const problems = submissionProblems(content);
      if (problems.length > 0) {
        throw new DomainError('not_ready', problems.join('; '), 422);
      }
    }
    if (event === 'request_changes' && !note) {
      throw new DomainError('note_needed', 'say what is to be changed', 422);
    }
    const reviewing = event === 'approve' || event === 'request_changes';
    return this.save(content, {
      state,
      note,
      reviewer_id: reviewing ? actorId : content.reviewer_id,
      version: event === 'revise' ? content.version + 1 : content.version,
    });
  }

  private async save(content: Content, patch: Partial<Content>): Promise<Content> {
    const changed = { ...patch, updated_at: this.now().toISOString() };
    await this.db('contents').where({ id: content.id }).update(changed);
    return { ...content, ...changed };
  }
}
