/** Notifications: what is worth telling whom, on which channel, and not twice. */
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { getDb } from '../database';
import { DomainError } from '../types';

export type Kind = 'mention' | 'review_requested' | 'review_done' | 'badge' | 'digest' | 'security';
export type Channel = 'push' | 'email' | 'in_app';

export interface Preferences {
  muted: Kind[];
  quiet_from: number; // hour of the day, 0 to 23
  quiet_until: number;
  email: boolean;
  push: boolean;
}

export interface Notification {
  id: string;
  user_id: string;
  kind: Kind;
  text: string;
  channel: Channel;
  group_key: string;
  count: number;
  read_at: string | null;
  created_at: string;
}

export const DEFAULT_PREFERENCES: Preferences = {
  muted: [],
  quiet_from: 22,
  quiet_until: 7,
  email: true,
  push: true,
};

const WEIGHT: Record<Kind, number> = {
  security: 100,
  review_requested: 60,
  mention: 50,
  review_done: 40,
  badge: 20,
  digest: 10,
};

const TEMPLATES: Record<Kind, string> = {
  mention: '{actor} mentioned you in {place}',
  review_requested: '{actor} asks you to review {place}',
  review_done: '{actor} reviewed {place}',
  badge: 'You earned the badge {place}',
  digest: '{count} things happened in {place}',
  security: 'Your account was used on {place}',
};

/** Quiet hours may run over midnight; equal hours mean that there are none. */
export function isQuiet(hour: number, preferences: Preferences): boolean {
  const { quiet_from: from, quiet_until: until } = preferences;
  if (from === until) {
    return false;
  }
  return from < until ? hour >= from && hour < until : hour >= from || hour < until;
}

/** The channel for a kind at an hour, or null when the user does not want to hear of it. */
export function chooseChannel(kind: Kind, hour: number, preferences: Preferences): Channel | null {
  if (kind === 'security') {
    return preferences.push ? 'push' : 'email';
  }
  if (preferences.muted.includes(kind)) {
    return null;
  }
  if (isQuiet(hour, preferences)) {
    return 'in_app';
  }
  if (preferences.push && WEIGHT[kind] >= 50) {
    return 'push';
  }
  return preferences.email && WEIGHT[kind] >= 40 ? 'email' : 'in_app';
}

/** Fill a template; a value that is missing is an error, not an empty place. */
export function renderText(kind: Kind, values: Record<string, string | number>): string {
  return TEMPLATES[kind].replace(/\{(\w+)\}/g, (_, name: string) => {
    if (!(name in values)) {
      throw new DomainError('missing_value', `a notification of kind ${kind} needs "${name}"`);
    }
    return String(values[name]);
  });
}

/** Most important first, then newest; read ones after all others. */
export function inOrder(notifications: readonly Notification[]): Notification[] {
  const rank = (one: Notification): number => WEIGHT[one.kind] + (one.read_at === null ? 1000 : 0);
  return [...notifications].sort((a, b) => rank(b) - rank(a) || b.created_at.localeCompare(a.created_at));
}

export class NotificationService {
  constructor(
    private readonly db: () => Knex,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** Tell a user something; what is alike and unread is counted up instead of told again. */
  async notify(
    userId: string,
    kind: Kind,
    values: Record<string, string | number>,
    preferences: Preferences = DEFAULT_PREFERENCES,
  ): Promise<Notification | null> {
    const at = this.now();
    const channel = chooseChannel(kind, at.getUTCHours(), preferences);
    if (channel === null) {
      return null;
    }
    const groupKey = `${kind}:${values.place ?? ''}`;
    const alike: Notification | undefined = await this.db()('notifications')
      .where({ user_id: userId, group_key: groupKey, read_at: null })
      .first();
    if (alike) {
      const changed = { count: alike.count + 1, created_at: at.toISOString() };
      await this.db()('notifications').where({ id: alike.id }).update(changed);
      return { ...alike, ...changed };
    }
    const notification: Notification = {
      id: randomUUID(),
      user_id: userId,
      kind,
      text: renderText(kind, values),
      channel,
      group_key: groupKey,
      count: 1,
      read_at: null,
      created_at: at.toISOString(),
    };
    await this.db()('notifications').insert(notification);
    return notification;
  }

  async list(userId: string, limit = 20): Promise<{ items: Notification[]; unread: number }> {
    const rows: Notification[] = await this.db()('notifications').where({ user_id: userId }).select('*');
    return {
      items: inOrder(rows).slice(0, limit),
      unread: rows.filter((row) => row.read_at === null).length,
    };
  }

  async markRead(userId: string, id: string): Promise<void> {
    const changed = await this.db()('notifications')
      .where({ id, user_id: userId, read_at: null })
      .update({ read_at: this.now().toISOString() });
    if (changed === 0) {
      throw new DomainError('notification_not_found', 'there is no such unread notification', 404);
    }
  }

  markAllRead(userId: string): Promise<number> {
    return this.db()('notifications')
      .where({ user_id: userId, read_at: null })
      .update({ read_at: this.now().toISOString() });
  }
}

export const notifications = new NotificationService(getDb);
