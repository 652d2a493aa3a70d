/** Trust: what people did for a community, faded by time, and what it lets them do. */
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { DomainError } from '../types';

export const EVENT_POINTS = {
  answer_accepted: 10,
  review_completed: 6,
  content_published: 15,
  helpful_vote: 2,
  report_confirmed: 4,
  content_removed: -20,
  warning: -30,
  report_rejected: -5,
} as const;

export type TrustEventKind = keyof typeof EVENT_POINTS;

export interface TrustEvent {
  user_id: string;
  community_id: string;
  kind: TrustEventKind;
  at: string;
}

export type TrustLevel = 'new' | 'basic' | 'member' | 'regular' | 'leader';

export const LEVELS: readonly { level: TrustLevel; from: number }[] = [
  { level: 'leader', from: 400 },
  { level: 'regular', from: 150 },
  { level: 'member', from: 50 },
  { level: 'basic', from: 10 },
  { level: 'new', from: 0 },
];

const PRIVILEGES: Record<TrustLevel, readonly string[]> = {
  new: ['read', 'ask'],
  basic: ['answer', 'vote'],
  member: ['post_links', 'report'],
  regular: ['edit_others', 'review'],
  leader: ['close_topics', 'invite'],
};

const DAY_MS = 86_400_000;
const HALF_LIFE_DAYS = 180;
const DAILY_GAIN_LIMIT = 40;

export function isTrustEventKind(kind: string): kind is TrustEventKind {
  return Object.prototype.hasOwnProperty.call(EVENT_POINTS, kind);
}

/** What is left of points after some days: gains halve every half-life, losses fade half as fast. */
export function decayed(points: number, ageDays: number): number {
  if (ageDays <= 0) {
    return points;
  }
  const halfLife = points < 0 ? HALF_LIFE_DAYS * 2 : HALF_LIFE_DAYS;
  return points * 0.5 ** (ageDays / halfLife);
}

/** The score at a time: gains are limited per day, everything fades, and nobody falls below zero. */
export function trustScore(events: readonly TrustEvent[], at: string): number {
  const now = Date.parse(at);
  const gainedOn = new Map<string, number>();
  let score = 0;
  const inOrder = [...events].sort((a, b) => a.at.localeCompare(b.at));
  for (const event of inOrder) {
    const age = (now - Date.parse(event.at)) / DAY_MS;
    if (age < 0) {
      continue;
    }
    let points: number = EVENT_POINTS[event.kind];
    if (points > 0) {
      const day = event.at.slice(0, 10);
      const gained = gainedOn.get(day) ?? 0;
      points = Math.min(points, DAILY_GAIN_LIMIT - gained);
      gainedOn.set(day, gained + points);
    }
    score += decayed(points, age);
  }
  return Math.max(0, Math.round(score * 10) / 10);
}

export function levelFor(score: number): TrustLevel {
  return LEVELS.find((step) => score >= step.from)?.level ?? 'new';
}

/** What a level may do, with everything that the levels below it may. */
export function privilegesOf(level: TrustLevel): string[] {
  const order: TrustLevel[] = ['new', 'basic', 'member', 'regular', 'leader'];
  return order.slice(0, order.indexOf(level) + 1).flatMap((step) => PRIVILEGES[step]);
}

export interface TrustSummary {
  score: number;
  level: TrustLevel;
  privileges: string[];
  next: { level: TrustLevel; missing: number } | null;
}

export function summarize(events: readonly TrustEvent[], at: string): TrustSummary {
  const score = trustScore(events, at);
  const level = levelFor(score);
  const above = LEVELS.filter((step) => step.from > score).at(-1);
  return {
    score,
    level,
    privileges: privilegesOf(level),
    next: above ? { level: above.level, missing: Math.round((above.from - score) * 10) / 10 } : null,
  };
}

export class TrustService {
  constructor(
    private readonly db: Knex,
    private readonly now: () => Date = () => new Date(),
  ) {}

  async events(communityId: string, userId: string): Promise<TrustEvent[]> {
    return this.db('trust_events')
      .where({ community_id: communityId, user_id: userId })
      .orderBy('at')
      .select('*');
  }

  async summary(communityId: string, userId: string): Promise<TrustSummary> {
    return summarize(await this.events(communityId, userId), this.now().toISOString());
  }

  /** Note what someone did; the summary afterwards. Nobody earns trust by what they do for themselves. */
  async record(communityId: string, userId: string, kind: string, actorId: string): Promise<TrustSummary> {
    if (!isTrustEventKind(kind)) {
      throw new DomainError('unknown_event', `"${kind}" is not an event that changes trust`);
    }
    if (actorId === userId && EVENT_POINTS[kind] > 0) {
      throw new DomainError('self_award', 'nobody awards trust to themselves', 403);
    }
    const at = this.now().toISOString();
    await this.db('trust_events').insert({
      id: randomUUID(),
      user_id: userId,
      community_id: communityId,
      kind,
      at,
    });
    return this.summary(communityId, userId);
  }

  /** The most trusted people of a community. */
  async leaderboard(
    communityId: string,
    limit = 10,
  ): Promise<{ user_id: string; score: number; level: TrustLevel }[]> {
    const events: TrustEvent[] = await this.db('trust_events')
      .where({ community_id: communityId })
      .select('*');
    const at = this.now().toISOString();
    const users = [...new Set(events.map((event) => event.user_id))];
    return users
      .map((userId) => {
        const score = trustScore(
          events.filter((event) => event.user_id === userId),
          at,
        );
        return { user_id: userId, score, level: levelFor(score) };
      })
      .sort((a, b) => b.score - a.score || a.user_id.localeCompare(b.user_id))
      .slice(0, limit);
  }
}
