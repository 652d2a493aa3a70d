/** A cache with time to live and tags: in memory, or in front of anything that stores strings. */

export interface CacheStore {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, ttlSeconds: number): Promise<void>;
  del(keys: string[]): Promise<void>;
}

interface Entry {
  value: string;
  expiresAt: number;
}

/** Keeps at most `capacity` entries; the one that was not read for the longest time goes first. */
export class MemoryStore implements CacheStore {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly capacity = 500,
    private readonly now: () => number = Date.now,
  ) {}

  get size(): number {
    return this.entries.size;
  }

  async get(key: string): Promise<string | null> {
    const entry = this.entries.get(key);
    if (!entry) {
      return null;
    }
    this.entries.delete(key);
    if (entry.expiresAt <= this.now()) {
      return null;
    }
    this.entries.set(key, entry);
    return entry.value;
  }

  async set(key: string, value: string, ttlSeconds: number): Promise<void> {
    this.entries.delete(key);
    this.entries.set(key, { value, expiresAt: this.now() + ttlSeconds * 1000 });
    while (this.entries.size > this.capacity) {
      const oldest = this.entries.keys().next().value;
      if (oldest === undefined) {
        break;
      }
      this.entries.delete(oldest);
    }
  }

  async del(keys: string[]): Promise<void> {
    for (const key of keys) {
      this.entries.delete(key);
    }
  }
}

/** Build a key whose parts cannot run into each other. */
export function cacheKey(...parts: (string | number)[]): string {
  return parts.map((part) => encodeURIComponent(String(part))).join(':');
}

export class Cache {
  hits = 0;
  misses = 0;
  private readonly tags = new Map<string, Set<string>>();

  constructor(
    private readonly store: CacheStore,
    private readonly ttlSeconds: number,
  ) {}

  /** Read a value, or make it and keep it. A store that fails never fails the caller. */
  async wrap<T>(key: string, make: () => Promise<T>, tags: string[] = []): Promise<T> {
    if (this.ttlSeconds <= 0) {
      return make();
    }
    const kept = await this.store.get(key).catch(() => null);
    if (kept !== null) {
      this.hits += 1;
      return JSON.parse(kept) as T;
    }
    this.misses += 1;
    const value = await make();
    await this.store.set(key, JSON.stringify(value), this.ttlSeconds).catch(() => undefined);
    for (const tag of tags) {
      this.tags.set(tag, (this.tags.get(tag) ?? new Set()).add(key));
    }
    return value;
  }

  /** Forget everything that was kept under a tag; says how many keys that were. */
  async invalidate(tag: string): Promise<number> {
    const keys = [...(this.tags.get(tag) ?? [])];
    this.tags.delete(tag);
    if (keys.length > 0) {
      await this.store.del(keys);
    }
    return keys.length;
  }
}
