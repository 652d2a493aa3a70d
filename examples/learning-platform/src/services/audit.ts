/** The audit trail: who did what, chained by hashes so that a gap or a change shows. */
import { createHash, randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { getDb } from '../database';

export type Details = Record<string, unknown>;

export interface AuditEvent {
  id: string;
  actor_id: string;
  action: string;
  subject: string;
  details: Details;
  previous_hash: string;
  hash: string;
  at: string;
}

export const GENESIS = '0'.repeat(64);
const SECRET_KEY = /pass(word|phrase)?|secret|token|authorization|cookie/i;

/** Replace the values of secret keys, at any depth. */
export function redact(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(redact);
  }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, SECRET_KEY.test(key) ? '[redacted]' : redact(inner)]),
    );
  }
  return value;
}

/** JSON with sorted keys: equal values have equal texts. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(canonical).join(',')}]`;
  }
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).sort(([a], [b]) => a.localeCompare(b));
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

export function hashOf(event: Omit<AuditEvent, 'hash'>): string {
  return createHash('sha256').update(canonical(event)).digest('hex');
}

/** The index of the first event that does not fit to the one before it; -1 when the chain is whole. */
export function firstBreak(events: readonly AuditEvent[]): number {
  let previous = GENESIS;
  for (const [index, event] of events.entries()) {
    const { hash, ...rest } = event;
    if (event.previous_hash !== previous || hashOf(rest) !== hash) {
      return index;
    }
    previous = hash;
  }
  return -1;
}

/** What changed between two versions of a record: the fields with their values before and after. */
export function difference(before: Details, after: Details): Record<string, { from: unknown; to: unknown }> {
  const changes: Record<string, { from: unknown; to: unknown }> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (canonical(before[key]) !== canonical(after[key])) {
      changes[key] = { from: redact(before[key]), to: redact(after[key]) };
    }
  }
  return changes;
}

export class AuditService {
  constructor(
    private readonly db: () => Knex,
    private readonly now: () => Date = () => new Date(),
  ) {}

  async record(actorId: string, action: string, subject: string, details: Details = {}): Promise<AuditEvent> {
    const last = await this.db()('audit_events').orderBy('at', 'desc').first();
    const event: Omit<AuditEvent, 'hash'> = {
      id: randomUUID(),
      actor_id: actorId,
      action,
      subject,
      details: redact(details) as Details,
      previous_hash: last?.hash ?? GENESIS,
      at: this.now().toISOString(),
    };
    const complete = { ...event, hash: hashOf(event) };
    await this.db()('audit_events').insert({ ...complete, details: JSON.stringify(complete.details) });
    return complete;
  }

  async trail(filter: { actor_id?: string; action?: string } = {}): Promise<AuditEvent[]> {
    const rows = await this.db()('audit_events').where(filter).orderBy('at').select('*');
    return rows.map((row: AuditEvent & { details: Details | string }) => ({
      ...row,
      details: typeof row.details === 'string' ? (JSON.parse(row.details) as Details) : row.details,
    }));
  }

  async verify(): Promise<{ intact: boolean; broken_at: string | null; events: number }> {
    const events = await this.trail();
    const index = firstBreak(events);
    return { intact: index === -1, broken_at: index === -1 ? null : events[index].id, events: events.length };
  }
}

export const audit = new AuditService(getDb);
