/** Which mentor fits which learner: hard conditions first, then points for what makes it work. */
import type { Knex } from 'knex';
import { DomainError } from '../types';

export interface MentorProfile {
  id: string;
  skills: Record<string, number>; // 1 to 5
  languages: string[];
  utc_offset: number;
  capacity: number;
  mentees: number;
  rating: number; // 0 to 5
}

export interface LearnerProfile {
  id: string;
  goals: string[];
  languages: string[];
  utc_offset: number;
  blocked?: string[];
}

export interface Match {
  mentor_id: string;
  score: number;
  reasons: string[];
}

const WEIGHTS = { skills: 50, time: 20, room: 15, rating: 15 } as const;

/** Hours between two places, the short way round the globe. */
export function hoursApart(a: number, b: number): number {
  const distance = Math.abs(a - b) % 24;
  return Math.min(distance, 24 - distance);
}

/** Why a mentor is out of the question; null when nothing speaks against it. */
export function obstacle(learner: LearnerProfile, mentor: MentorProfile): string | null {
  if (mentor.id === learner.id) {
    return 'is the learner';
  }
  if (learner.blocked?.includes(mentor.id)) {
    return 'is blocked by the learner';
  }
  if (mentor.mentees >= mentor.capacity) {
    return 'has no room';
  }
  if (!mentor.languages.some((language) => learner.languages.includes(language))) {
    return 'speaks no common language';
  }
  if (hoursApart(learner.utc_offset, mentor.utc_offset) > 8) {
    return 'is awake at other hours';
  }
  return null;
}

export function matchScore(learner: LearnerProfile, mentor: MentorProfile): Match {
  const reasons: string[] = [];
  const known = learner.goals.filter((goal) => (mentor.skills[goal] ?? 0) > 0);
  const level = known.reduce((sum, goal) => sum + mentor.skills[goal] / 5, 0);
  const skills = learner.goals.length === 0 ? 0 : level / learner.goals.length;
  if (known.length > 0) {
    reasons.push(`knows ${known.join(', ')}`);
  }
  const apart = hoursApart(learner.utc_offset, mentor.utc_offset);
  if (apart <= 2) {
    reasons.push('lives in nearly the same time zone');
  }
  const room = (mentor.capacity - mentor.mentees) / mentor.capacity;
  const score =
    WEIGHTS.skills * skills +
    WEIGHTS.time * (1 - apart / 12) +
    WEIGHTS.room * room +
    WEIGHTS.rating * (mentor.rating / 5);
  return { mentor_id: mentor.id, score: Math.round(score * 10) / 10, reasons };
}

/** The best mentors for a learner, best first; those who know none of the goals are left out. */
export function rankMentors(learner: LearnerProfile, mentors: readonly MentorProfile[], limit = 5): Match[] {
  return mentors
    .filter((mentor) => obstacle(learner, mentor) === null)
    .map((mentor) => matchScore(learner, mentor))
    .filter((match) => match.reasons.some((reason) => reason.startsWith('knows')))
    .sort((a, b) => b.score - a.score || a.mentor_id.localeCompare(b.mentor_id))
    .slice(0, limit);
}

/** Give each learner at most one mentor: the best pair first, and nobody more than they have room for. */
export function assign(
  learners: readonly LearnerProfile[],
  mentors: readonly MentorProfile[],
): Map<string, string> {
  const pairs = learners.flatMap((learner) =>
    rankMentors(learner, mentors, mentors.length).map((match) => ({ learner: learner.id, ...match })),
  );
  pairs.sort((a, b) => b.score - a.score || a.learner.localeCompare(b.learner));
  const room = new Map(mentors.map((mentor) => [mentor.id, mentor.capacity - mentor.mentees]));
  const assigned = new Map<string, string>();
  for (const pair of pairs) {
    const left = room.get(pair.mentor_id) ?? 0;
    if (!assigned.has(pair.learner) && left > 0) {
      assigned.set(pair.learner, pair.mentor_id);
      room.set(pair.mentor_id, left - 1);
    }
  }
  return assigned;
}

export class MentorMatchingService {
  constructor(private readonly db: Knex) {}

  /** Rank the mentors of a community for a learner. */
  async suggest(communityId: string, learner: LearnerProfile, limit = 5): Promise<Match[]> {
    const rows = await this.db('mentor_profiles').where({ community_id: communityId }).select('*');
    if (rows.length === 0) {
      throw new DomainError('no_mentors', 'the community has no mentors yet', 404);
    }
    const mentors = rows.map(
      (row: Omit<MentorProfile, 'skills' | 'languages'> & { skills: unknown; languages: unknown }) => ({
        ...row,
        skills: (typeof row.skills === 'string' ? JSON.parse(row.skills) : row.skills) as Record<
          string,
          number
        >,
        languages: (typeof row.languages === 'string'
          ? JSON.parse(row.languages)
          : row.languages) as string[],
      }),
    );
    return rankMentors(learner, mentors, limit);
  }
}
