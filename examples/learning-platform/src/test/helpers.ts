/** Doubles for tests: a database in memory that understands the queries of this application. */
import type { Knex } from 'knex';

type Row = Record<string, unknown>;
type Tables = Record<string, Row[]>;
type Test = (row: Row) => boolean;

/** The subset of Knex's query builder that the services use. It runs when it is awaited. */
class MemoryQuery implements PromiseLike<unknown> {
  private readonly tests: Test[] = [];
  private readonly order: { column: string; direction: 'asc' | 'desc' }[] = [];
  private columns: string[] = [];
  private only: number | undefined;
  private skip = 0;
  private single = false;
  private key: string[] | undefined;
  private action: () => unknown = () => this.read();

  constructor(
    private readonly tables: Tables,
    private readonly table: string,
  ) {}

  where(conditions: Row): this {
    for (const [column, value] of Object.entries(conditions)) {
      if (value === undefined) {
        throw new Error(`undefined binding for column "${column}"`); // as Knex does
      }
      this.tests.push((row) => (row[column] ?? null) === value);
    }
    return this;
  }

  whereIn(column: string, values: readonly unknown[]): this {
    this.tests.push((row) => values.includes(row[column]));
    return this;
  }

  orderBy(column: string, direction: 'asc' | 'desc' = 'asc'): this {
    this.order.push({ column, direction });
    return this;
  }

  limit(count: number): this {
    this.only = count;
    return this;
  }

  offset(count: number): this {
    this.skip = count;
    return this;
  }

  select(...columns: string[]): this {
    this.columns = columns.filter((column) => column !== '*');
    return this;
  }

  first(): this {
    this.single = true;
    return this;
  }

  insert(rows: Row | Row[]): this {
    this.action = () => {
      for (const row of Array.isArray(rows) ? rows : [rows]) {
        this.put({ ...row });
      }
      return [];
    };
    return this;
  }

  onConflict(key: string[]): this {
    this.key = key;
    return this;
  }

  merge(): this {
    return this;
  }

  update(patch: Row): this {
    this.action = () => this.matching().map((row) => Object.assign(row, patch)).length;
    return this;
  }

  increment(column: string, by = 1): this {
    this.action = () => this.matching().map((row) => (row[column] = Number(row[column] ?? 0) + by)).length;
    return this;
  }

  del(): this {
    this.action = () => {
      const gone = new Set(this.matching());
      this.tables[this.table] = this.rows().filter((row) => !gone.has(row));
      return gone.size;
    };
    return this;
  }

  then<A = unknown, B = never>(
    done?: ((value: unknown) => A | PromiseLike<A>) | null,
    failed?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return new Promise((resolve) => resolve(this.action())).then(done, failed);
  }

  private rows(): Row[] {
    return (this.tables[this.table] ??= []);
  }

  private matching(): Row[] {
    return this.rows().filter((row) => this.tests.every((test) => test(row)));
  }

  private put(row: Row): void {
    const { key } = this;
    const existing = key && this.rows().find((other) => key.every((column) => other[column] === row[column]));
    if (existing) {
      Object.assign(existing, row);
      return;
    }
    if ('id' in row && this.rows().some((other) => other.id === row.id)) {
      throw Object.assign(new Error(`duplicate key in "${this.table}"`), { code: '23505' });
    }
    this.rows().push(row);
  }

  private read(): unknown {
    const found = this.matching().map((row) => ({ ...row }));
    for (const { column, direction } of [...this.order].reverse()) {
      const sign = direction === 'asc' ? 1 : -1;
      found.sort(
        (a, b) => sign * (String(a[column]) < String(b[column]) ? -1 : a[column] === b[column] ? 0 : 1),
      );
    }
    const cut = found.slice(this.skip, this.only === undefined ? undefined : this.skip + this.only);
    const picked = cut.map((row) =>
      this.columns.length === 0
        ? row
        : Object.fromEntries(this.columns.map((column) => [column, row[column]])),
    );
    return this.single ? picked[0] : picked;
  }
}

/** A database in memory. The tables that are given are used as they are, so a test can look into them. */
export function createMemoryDb(tables: Tables = {}): Knex {
  const db = (table: string): MemoryQuery => new MemoryQuery(tables, table);
  return Object.assign(db, { destroy: async (): Promise<void> => undefined }) as unknown as Knex;
}

/** A clock that stands still until it is moved. */
export function fixedClock(iso: string): { now: () => Date; forward: (milliseconds: number) => void } {
  let at = Date.parse(iso);
  return {
    now: () => new Date(at),
    forward: (milliseconds) => {
      at += milliseconds;
    },
  };
}
