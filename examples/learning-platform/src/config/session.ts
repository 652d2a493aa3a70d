/** Sessions: which devices a user is signed in on, and until when. */
import { randomUUID } from 'node:crypto';

export interface Session {
  id: string;
  userId: string;
  device: string;
  createdAt: number;
  lastSeenAt: number;
}

export const MAX_SESSIONS_PER_USER = 5;
export const ABSOLUTE_LIMIT_MS = 30 * 24 * 60 * 60 * 1000;

export class SessionStore {
  private readonly sessions = new Map<string, Session>();

  constructor(
    private readonly idleMinutes: number,
    private readonly now: () => number = Date.now,
    private readonly newId: () => string = randomUUID,
  ) {}

  /** Open a session; a user with too many loses the one that was quiet for the longest time. */
  open(userId: string, device: string): Session {
    const mine = this.list(userId);
    if (mine.length >= MAX_SESSIONS_PER_USER) {
      this.sessions.delete(mine[mine.length - 1].id);
    }
    const at = this.now();
    const session = { id: this.newId(), userId, device, createdAt: at, lastSeenAt: at };
    this.sessions.set(session.id, session);
    return session;
  }

  /** Note that a session is in use; null when it does not exist or is over. */
  touch(id: string): Session | null {
    const session = this.sessions.get(id);
    if (!session) {
      return null;
    }
    if (this.isOver(session)) {
      this.sessions.delete(id);
      return null;
    }
    session.lastSeenAt = this.now();
    return session;
  }

  /** The living sessions of a user, the most recently used first. */
  list(userId: string): Session[] {
    return [...this.sessions.values()]
      .filter((session) => session.userId === userId && !this.isOver(session))
      .sort((a, b) => b.lastSeenAt - a.lastSeenAt);
  }

  close(id: string): boolean {
    return this.sessions.delete(id);
  }

  /** Close all sessions of a user but one, as after a change of password. */
  closeOthers(userId: string, keep: string): number {
    const others = this.list(userId).filter((session) => session.id !== keep);
    others.forEach((session) => this.sessions.delete(session.id));
    return others.length;
  }

  private isOver(session: Session): boolean {
    const at = this.now();
    return at - session.lastSeenAt > this.idleMinutes * 60_000 || at - session.createdAt > ABSOLUTE_LIMIT_MS;
  }
}

export interface CookieOptions {
  httpOnly: true;
  secure: boolean;
  sameSite: 'lax' | 'strict';
  path: string;
  maxAge: number;
}

export function sessionCookie(idleMinutes: number, secure: boolean): CookieOptions {
  return { httpOnly: true, secure, sameSite: secure ? 'strict' : 'lax', path: '/', maxAge: idleMinutes * 60 };
}
