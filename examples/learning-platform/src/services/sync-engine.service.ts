/**
 * Offline sync: devices send what they changed, the engine merges field by field.
 *
 * Every field remembers when it was last written. The later write wins; the one that lost is kept as a conflict when the
 * device had not seen the winner. A deletion wins over older writes, and a later write brings the record back.
 */
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { DomainError } from '../types';

export type FieldValue = string | number | boolean | null;
export type Fields = Record<string, FieldValue>;

export interface Change {
  entity: string;
  entity_id: string;
  base_version: number;
  device_id: string;
  changed_at: string;
  fields: Fields;
  deleted?: boolean;
}

export interface SyncRecord {
  key: string;
  user_id: string;
  version: number;
  fields: Fields;
  field_times: Record<string, string>;
  deleted: boolean;
}

export interface Conflict {
  field: string;
  kept: FieldValue;
  lost: FieldValue;
}

export interface MergeResult {
  record: SyncRecord;
  conflicts: Conflict[];
  applied: string[];
}

export const MAX_CLOCK_SKEW_MS = 5 * 60_000;
const DELETED = '__deleted__';

export function recordKey(userId: string, change: Pick<Change, 'entity' | 'entity_id'>): string {
  return `${userId}/${change.entity}/${change.entity_id}`;
}

/** A device whose clock runs ahead must not win for ever: its times are cut off at the server's. */
export function clampTime(changedAt: string, now: Date): string {
  const at = Date.parse(changedAt);
  if (Number.isNaN(at)) {
    throw new DomainError('invalid_time', `"${changedAt}" is not a time`);
  }
  return at > now.getTime() + MAX_CLOCK_SKEW_MS ? now.toISOString() : new Date(at).toISOString();
}

function emptyRecord(key: string, userId: string): SyncRecord {
  return { key, user_id: userId, version: 0, fields: {}, field_times: {}, deleted: false };
}

/** Merge one change into what is known. Pure: the record that comes in is not changed. */
export function merge(existing: SyncRecord, change: Change, at: string): MergeResult {
  if (change.base_version > existing.version) {
    throw new DomainError('unknown_version', `version ${change.base_version} does not exist yet`, 409);
  }
  const record: SyncRecord = {
    ...existing,
    fields: { ...existing.fields },
    field_times: { ...existing.field_times },
  };
  const stale = change.base_version < existing.version;
  const conflicts: Conflict[] = [];
  const applied: string[] = [];
  if (change.deleted) {
    const lastWrite = Object.values(existing.field_times).sort().at(-1) ?? '';
    if (at >= lastWrite) {
      record.deleted = true;
      record.field_times[DELETED] = at;
      applied.push(DELETED);
    } else {
      conflicts.push({ field: DELETED, kept: false, lost: true });
    }
  }
  for (const [field, value] of Object.entries(change.deleted ? {} : change.fields)) {
    const before = existing.fields[field];
    const writtenAt = existing.field_times[field] ?? '';
    if (field in existing.fields && before === value) {
      continue;
    }
    if (at >= writtenAt) {
      if (stale && field in existing.fields) {
        conflicts.push({ field, kept: value, lost: before });
      }
      record.fields[field] = value;
      record.field_times[field] = at;
      applied.push(field);
    } else {
      conflicts.push({ field, kept: before, lost: value });
    }
  }
  if (record.deleted && !change.deleted && applied.length > 0 && at > (existing.field_times[DELETED] ?? '')) {
    record.deleted = false;
    delete record.field_times[DELETED];
  }
  if (applied.length > 0) {
    record.version += 1;
  }
  return { record, conflicts, applied };
}

function parseJson<T>(value: T | string): T {
  return typeof value === 'string' ? (JSON.parse(value) as T) : value;
}

export class SyncEngineService {
  constructor(
    private readonly db: Knex,
    private readonly now: () => Date = () => new Date(),
  ) {}

  async load(key: string, userId: string): Promise<SyncRecord> {
    const row = await this.db('sync_records').where({ key }).first();
    if (!row) {
      return emptyRecord(key, userId);
    }
    return { ...row, fields: parseJson(row.fields), field_times: parseJson(row.field_times) };
  }

  /** Take a batch of changes in the order in which they were made; the records afterwards. */
  async push(userId: string, changes: Change[]): Promise<{ records: SyncRecord[]; conflicts: number }> {
    const now = this.now();
    const timed = changes.map((change) => ({ change, at: clampTime(change.changed_at, now) }));
    timed.sort((a, b) => a.at.localeCompare(b.at) || a.change.device_id.localeCompare(b.change.device_id));
    const touched = new Map<string, SyncRecord>();
    let conflicts = 0;
    for (const { change, at } of timed) {
      const key = recordKey(userId, change);
      const existing = touched.get(key) ?? (await this.load(key, userId));
      const result = merge(existing, change, at);
      touched.set(key, result.record);
      conflicts += result.conflicts.length;
      for (const conflict of result.conflicts) {
        await this.keepConflict(userId, key, conflict);
      }
    }
    for (const record of touched.values()) {
      await this.save(record);
    }
    return { records: [...touched.values()], conflicts };
  }

  async openConflicts(userId: string): Promise<(Conflict & { id: string; key: string })[]> {
    return this.db('sync_conflicts').where({ user_id: userId, resolved: false }).orderBy('key').select('*');
  }

  /** Settle a conflict: keep what won, or bring back what lost. */
  async resolve(userId: string, conflictId: string, choice: 'kept' | 'lost'): Promise<SyncRecord> {
    const conflict = await this.db('sync_conflicts').where({ id: conflictId, user_id: userId }).first();
    if (!conflict) {
      throw new DomainError('conflict_not_found', 'there is no such conflict', 404);
    }
    if (conflict.resolved) {
      throw new DomainError('already_resolved', 'the conflict is settled already', 409);
    }
    const record = await this.load(conflict.key, userId);
    if (choice === 'lost') {
      if (conflict.field === DELETED) {
        record.deleted = true;
      } else {
        record.fields[conflict.field] = parseJson(conflict.lost);
      }
      record.field_times[conflict.field] = this.now().toISOString();
      record.version += 1;
      await this.save(record);
    }
    await this.db('sync_conflicts').where({ id: conflictId }).update({ resolved: true });
    return record;
  }

  private async save(record: SyncRecord): Promise<void> {
    const row = {
      ...record,
      fields: JSON.stringify(record.fields),
      field_times: JSON.stringify(record.field_times),
    };
    await this.db('sync_records').insert(row).onConflict(['key']).merge();
  }

  private async keepConflict(userId: string, key: string, conflict: Conflict): Promise<void> {
    await this.db('sync_conflicts').insert({
      id: randomUUID(),
      user_id: userId,
      key,
      field: conflict.field,
      kept: JSON.stringify(conflict.kept),
      lost: JSON.stringify(conflict.lost),
      resolved: false,
    });
  }
}
