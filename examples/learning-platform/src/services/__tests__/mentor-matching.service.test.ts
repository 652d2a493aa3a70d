import { createMemoryDb } from '../../test/helpers';
import {
  assign,
  hoursApart,
  matchScore,
  MentorMatchingService,
  obstacle,
  rankMentors,
  type LearnerProfile,
  type MentorProfile,
} from '../mentor-matching.service';

const learner: LearnerProfile = { id: 'l1', goals: ['sql', 'python'], languages: ['en'], utc_offset: 1 };
const mentor = (id: string, changes: Partial<MentorProfile> = {}): MentorProfile => ({
  id,
  skills: { sql: 5, python: 5 },
  languages: ['en'],
  utc_offset: 1,
  capacity: 2,
  mentees: 0,
  rating: 5,
  ...changes,
});

describe('hoursApart', () => {
  it.each([
    [0, 0, 0],
    [-5, 1, 6],
    [-11, 12, 1],
  ])('from %i to %i it is %i', (a, b, expected) => {
    expect(hoursApart(a, b)).toBe(expected);
  });
});

describe('obstacle', () => {
  it.each([
    ['is the learner', mentor('l1'), {}],
    ['is blocked by the learner', mentor('m1'), { blocked: ['m1'] }],
    ['has no room', mentor('m1', { mentees: 2 }), {}],
    ['speaks no common language', mentor('m1', { languages: ['pt'] }), {}],
    ['is awake at other hours', mentor('m1', { utc_offset: -9 }), {}],
  ])('a mentor who %s is out of the question', (reason, candidate, changes) => {
    expect(obstacle({ ...learner, ...changes }, candidate)).toBe(reason);
  });

  it('sees none for a mentor who fits', () => {
    expect(obstacle(learner, mentor('m1'))).toBeNull();
  });
});

describe('ranking', () => {
  it('gives a perfect mentor a hundred points', () => {
    expect(matchScore(learner, mentor('m1'))).toEqual({
      mentor_id: 'm1',
      score: 100,
      reasons: ['knows sql, python', 'lives in nearly the same time zone'],
    });
  });

  it('puts the better one first and leaves out who knows nothing of it', () => {
    const mentors = [mentor('weak', { rating: 1 }), mentor('other', { skills: { go: 5 } }), mentor('best')];
    expect(rankMentors(learner, mentors).map((match) => match.mentor_id)).toEqual(['best', 'weak']);
  });

  it('gives nobody more mentees than there is room for', () => {
    const learners = ['l1', 'l2', 'l3'].map((id) => ({ ...learner, id }));
    const assigned = assign(learners, [
      mentor('m1', { capacity: 1 }),
      mentor('m2', { capacity: 1, rating: 2 }),
    ]);
    expect([...assigned]).toEqual([
      ['l1', 'm1'],
      ['l2', 'm2'],
    ]);
  });
});

describe('MentorMatchingService', () => {
  it('reads the mentors of the community', async () => {
    const row = { ...mentor('m1'), community_id: 'c1', skills: '{"sql":3}', languages: '["en"]' };
    const service = new MentorMatchingService(createMemoryDb({ mentor_profiles: [row] }));
    const matches = await service.suggest('c1', learner);
    expect(matches).toEqual([
      { mentor_id: 'm1', score: 65, reasons: ['knows sql', 'lives in nearly the same time zone'] },
    ]);
  });

  it('says so when the community has none', async () => {
    const service = new MentorMatchingService(createMemoryDb());
    await expect(service.suggest('c1', learner)).rejects.toMatchObject({ code: 'no_mentors', status: 404 });
  });
});
