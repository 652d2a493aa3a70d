import { createMemoryDb, fixedClock } from '../../test/helpers';
import { ContentService, nextContentState, submissionProblems } from '../content.service';

const BODY = 'Five words are enough here.';

function open() {
  const tables = { contents: [] };
  const clock = fixedClock('2024-05-01T10:00:00.000Z');
  return { service: new ContentService(createMemoryDb(tables), clock.now), tables, clock };
}

describe('nextContentState', () => {
  it('leads from a draft to the learners', () => {
    expect(nextContentState('draft', 'submit')).toBe('in_review');
    expect(nextContentState('in_review', 'approve')).toBe('approved');
    expect(nextContentState('approved', 'publish')).toBe('published');
  });

  it('refuses what the state does not know', () => {
    expect(() => nextContentState('archived', 'publish')).toThrow(
      '"publish" is not possible for content that is "archived"',
    );
  });
});

describe('submissionProblems', () => {
  it('has nothing against a finished text', () => {
    expect(submissionProblems({ title: 'Loops', body: BODY })).toEqual([]);
  });

  it('tells everything at once', () => {
    expect(submissionProblems({ title: 'x', body: 'TODO' })).toHaveLength(3);
  });
});

describe('ContentService', () => {
  it('creates a draft', async () => {
    const { service, tables } = open();
    const content = await service.create('u1', '  Loops ', BODY);
    expect(content).toMatchObject({
      title: 'Loops',
      state: 'draft',
      version: 1,
      updated_at: '2024-05-01T10:00:00.000Z',
    });
    expect(tables.contents).toHaveLength(1);
  });

  it('edits the version that the author saw, and no other', async () => {
    const { service } = open();
    const { id } = await service.create('u1', 'Loops', BODY);
    await expect(service.edit(id, 1, { title: 'For loops' })).resolves.toMatchObject({
      title: 'For loops',
      version: 2,
    });
    await expect(service.edit(id, 1, { title: 'Late' })).rejects.toMatchObject({ code: 'stale_version' });
  });

  it('does not edit what is in review', async () => {
    const { service } = open();
    const { id } = await service.create('u1', 'Loops', BODY);
    await service.apply(id, 'submit', 'u1');
    await expect(service.edit(id, 1, { body: 'x' })).rejects.toMatchObject({
      code: 'not_editable',
      status: 409,
    });
  });

  it('does not take an unfinished text into review', async () => {
    const { service } = open();
    const { id } = await service.create('u1', 'Loops', 'TODO');
    await expect(service.apply(id, 'submit', 'u1')).rejects.toMatchObject({ code: 'not_ready', status: 422 });
  });

  it('wants a note with a request for changes, and keeps it with the reviewer', async () => {
    const { service } = open();
    const { id } = await service.create('u1', 'Loops', BODY);
    await service.apply(id, 'submit', 'u1');
    await expect(service.apply(id, 'request_changes', 'u2')).rejects.toMatchObject({ code: 'note_needed' });
    const changed = await service.apply(id, 'request_changes', 'u2', 'an example is missing');
    expect(changed).toMatchObject({
      state: 'changes_requested',
      reviewer_id: 'u2',
      note: 'an example is missing',
    });
  });

  it('counts a revision as a new version', async () => {
    const { service } = open();
    const { id } = await service.create('u1', 'Loops', BODY);
    await service.apply(id, 'submit', 'u1');
    await service.apply(id, 'approve', 'u2');
    await expect(service.apply(id, 'revise', 'u1')).resolves.toMatchObject({ state: 'draft', version: 2 });
  });

  it('lists the newest first', async () => {
    const { service, clock } = open();
    await service.create('u1', 'Older', BODY);
    clock.forward(1000);
    await service.create('u1', 'Newer', BODY);
    const titles = (await service.list({ author_id: 'u1' })).map((content) => content.title);
    expect(titles).toEqual(['Newer', 'Older']);
  });

  it('says when there is none', async () => {
    await expect(open().service.find('x')).rejects.toMatchObject({ code: 'content_not_found', status: 404 });
  });
});
