/** Doubles for databases, queues and other services that tests must not reach. */
import { once } from 'node:events';
import { createServer, request, type IncomingHttpHeaders, type IncomingMessage, type RequestListener } from 'node:http';
import { Server, type AddressInfo } from 'node:net';

type Step = unknown[];

interface Recorder {
  answers: Pick<unknown[], 'shift'>;
  calls: Step[][];
  /** The calls that only made a client; code that keeps its client makes it once, in whichever test comes first. */
  makings: Set<Step[]>;
}

type Kept = { recorders: WeakMap<object, Recorder>; packages: Map<string, Recorder> };
/** Kept beside the modules, so that a test that loads its modules anew still sees what they did. */
const kept = globalThis as typeof globalThis & { __doubles?: Kept };
const { recorders, packages } = (kept.__doubles ??= { recorders: new WeakMap(), packages: new Map() });
const TRANSACTIONS = /^(\$?transaction|withTransaction)$/;
const OPENS = /^(connect|create(Confirm)?Channel|getConnection|acquire|startSession|getClient|db)$/;
const UNKNOWN = /^(toJSON|asymmetricMatch|\$\$typeof|nodeType)$/; // what runners ask of values: doubles are none
const DECORATES = /^(typeorm|@mikro-orm\/.*|sequelize-typescript)$/; // without `new`, these leave a class as it is
const PASSING = /^(time|pid|hostname|reqId|stack)$/; // in a log
// Packages whose functions are awaited themselves; those of all others make clients:
const ASKED = /^(axios|got|ky|node-fetch|cross-fetch|undici|superagent|fetch|(node:)?fs(\/promises)?)$/;

/**
 * Stand in for the client of a library: every chain of calls on it is recorded, and awaiting one gives the next answer.
 * An answer that is an Error is thrown; when none is left, the answer is undefined.
 */
export function double<T extends object>(answers: Recorder['answers'] = []): T {
  return link({ answers, calls: [], makings: new Set() }, undefined, undefined) as T;
}

/**
 * Stand in for a whole package, e.g. `jest.mock('pg', () => jest.requireActual('./doubles').packageDouble('pg'))`:
 * whatever it makes, with `new` or without, is the client that `clientOf` gives to a test.
 */
export function packageDouble(name: string, path = name, isAskedAtAll = ASKED.test(name)): object {
  const make = (word: string, args: unknown[]): unknown => {
    const recorder = recorderOf(name);
    if (DECORATES.test(name) && /^[A-Z]/.test(word)) {
      return (): void => undefined;
    }
    if (/^is[A-Z]\w*Error$/.test(word)) {
      return (args[0] as Record<string, unknown> | undefined)?.[word] === true;
    }
    const chain = [[word, ...args]];
    recorder.calls.push(chain);
    if (word.endsWith('Sync')) {
      return given(recorder, word);
    }
    const isAsked = isAskedAtAll && !/^(new |create|extend)/.test(word);
    if (!isAsked) {
      recorder.makings.add(chain);
    }
    return link(recorder, isAsked ? chain : undefined, undefined);
  };
  return new Proxy(
    function factory() {
      return undefined;
    },
    {
      get: (_, key) => {
        if (key === '__esModule') {
          return true;
        }
        if (key === 'prototype') {
          return {}; // classes of the package can be extended and asked for by instanceof
        }
        if (typeof key === 'symbol' || key === 'then') {
          return undefined;
        }
        return packageDouble(name, key === 'default' ? path : key, isAskedAtAll);
      },
      has: (_, key) => key !== 'then',
      apply: (_, __, args: unknown[]) => make(path, args),
      construct: (_, args: unknown[]) => make(`new ${path}`, args) as object,
    },
  );
}

/**
 * Stand in for a whole package as the namespace of an ES module, which has to be an object:
 * `vi.mock('pg', async () => (await import('./doubles')).moduleDouble('pg'))`. Where the runner wants to know what a
 * module exports, `exports` are the names: `jest.unstable_mockModule('pg', () => moduleDouble('pg', ['Pool']))`.
 */
export function moduleDouble(name: string, exports?: string[]): object {
  const whole = packageDouble(name) as Record<PropertyKey, unknown>;
  if (exports !== undefined) {
    return Object.fromEntries(exports.map((each) => [each, whole[each]]));
  }
  return new Proxy({}, { get: (_, key) => whole[key], has: (_, key) => key !== 'then' });
}

/**
 * Stand in for some exports of a package, whose functions answer when they are awaited. All others stay as they are:
 * `jest.mock('users', () => ({ ...jest.requireActual('users'), ...exportDoubles('users', ['getUser']) }))`.
 */
export function exportDoubles(name: string, exports: string[]): Record<string, object> {
  return Object.fromEntries(
    exports.map((each) => [each, packageDouble(name, each === 'default' ? name : each, true)]),
  );
}

/** The client of a package that is doubled, with the answers that it gives from here on and no calls so far. */
export function clientOf<T extends object>(name: string, answers: Recorder['answers'] = []): T {
  const recorder = recorderOf(name);
  recorder.answers = answers;
  recorder.calls.length = 0;
  recorder.makings.clear();
  return link(recorder, undefined, undefined) as T;
}

function recorderOf(name: string): Recorder {
  const recorder = packages.get(name) ?? { answers: [], calls: [], makings: new Set() };
  packages.set(name, recorder);
  return recorder;
}

/** The chains of calls on a double: `db('users').where({ id }).first()` is [['users'], ['where', { id }], ['first']]. */
export function callsOf(client: object): Step[][] {
  return recorderBehind(client).calls;
}

/** The same without the calls that only made a client: what is asked of it, whoever made it. */
export function queriesOf(client: object): Step[][] {
  const { calls, makings } = recorderBehind(client);
  return calls.filter((chain) => !makings.has(chain));
}

function recorderBehind(client: object): Recorder {
  const recorder = recorders.get(client);
  if (recorder === undefined) {
    throw new Error('this is not a double');
  }
  return recorder;
}

export function isDouble(value: object): boolean {
  return recorders.has(value);
}

/** The next answer; `word` says what is asked for where nobody awaits it. */
function given(recorder: Recorder, word?: string): unknown {
  const answers = recorder.answers as { shift(word?: string): unknown };
  const answer = answers.shift(word);
  if (answer instanceof Error) {
    throw answer;
  }
  return answer;
}

/** One link: the client itself, a property of it, or a chain of calls so far. Only a chain can be awaited. */
function link(recorder: Recorder, chain: Step[] | undefined, path: string | undefined): object {
  const own = new Map<PropertyKey, unknown>();
  const settle = async (): Promise<unknown> => given(recorder);
  const proxy: object = new Proxy(() => undefined, {
    get: (_, name) => {
      if (own.has(name)) {
        return own.get(name);
      }
      if (name === Symbol.asyncIterator && chain !== undefined) {
        return async function* () {
          yield* (await settle()) as unknown[];
        };
      }
      if (typeof name === 'symbol' || UNKNOWN.test(name)) {
        return undefined;
      }
      if (name === 'constructor') {
        return Object; // so that a runner can print what a test got
      }
      if (name === 'then' || name === 'catch' || name === 'finally') {
        return chain !== undefined && path === undefined ? promised(settle, name) : undefined;
      }
      return link(recorder, chain, path === undefined ? name : `${path}.${name}`);
    },
    set: (_, name, value) => own.set(name, value) !== undefined,
    apply: (_, __, args: unknown[]) => {
      const step = path === undefined ? args : [path, ...args];
      const longer = chain ?? [];
      longer.push(step);
      if (chain === undefined) {
        recorder.calls.push(longer);
      }
      const callback = args.find((each) => typeof each === 'function') as ((client: object) => unknown) | undefined;
      const isGiven = callback !== undefined && path !== undefined;
      if (isGiven && (TRANSACTIONS.test(path) || (OPENS.test(path) && callback.length < 2))) {
        return callback(link(recorder, undefined, undefined));
      }
      return link(recorder, path !== undefined && OPENS.test(path) ? undefined : longer, undefined);
    },
    construct: () => link(recorder, undefined, undefined),
  });
  recorders.set(proxy, recorder);
  return proxy;
}

function promised(settle: () => Promise<unknown>, name: 'then' | 'catch' | 'finally') {
  return (...handlers: never[]): unknown => {
    const promise = settle() as unknown as Record<string, (...handlers: never[]) => unknown>;
    return promise[name](...handlers);
  };
}

/**
 * Let servers that start when they are imported take no port; they can be asked through `inject`. Returns the function
 * that ends it, e.g. `afterAll(keepPortsClosed());`. `heard` is told each of them.
 */
export function keepPortsClosed(heard: (server: Server) => void = () => undefined): () => void {
  const { listen } = Server.prototype;
  Server.prototype.listen = function (this: Server, ...given: unknown[]): Server {
    const listener = given.find((each) => typeof each === 'function') as (() => void) | undefined;
    if (listener !== undefined) {
      this.once('listening', listener);
    }
    this.address = () => ({ address: '127.0.0.1', family: 'IPv4', port: 0 });
    queueMicrotask(() => this.emit('listening'));
    heard(this);
    return this;
  };
  return () => {
    Server.prototype.listen = listen;
  };
}

/** What answers the requests to the server that a module starts when it is loaded; the server takes no port. */
export async function startedBy<T = RequestListener>(load: () => unknown): Promise<T> {
  let end = (): void => undefined;
  const started = new Promise<Server>((resolve) => {
    end = keepPortsClosed(resolve);
  });
  try {
    await load();
    return (await started).listeners('request')[0] as T;
  } finally {
    end();
  }
}

/** Where a logger of Fastify writes to: each line becomes an object without what differs from run to run. */
export function logTo(lines: object[]): { write(line: string): void } {
  const told = (key: string, value: unknown): unknown => (PASSING.test(key) ? undefined : value);
  return { write: (line) => lines.push(JSON.parse(line, told) as object) };
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** What the text says as JSON; {} where it is none. */
  body: unknown;
}

interface Sent {
  headers?: Record<string, string>;
  query?: Record<string, string | string[]>;
  body?: unknown;
}

/** Send a request to an application that answers HTTP, on a free port of this machine. */
export async function ask(app: object, method: string, path: string, { headers, query, body }: Sent = {}): Promise<Answer> {
  const server = createServer(app as RequestListener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const words = Object.entries(query ?? {}).flatMap(([key, each]) => [each].flat().map((one): [string, string] => [key, one]));
    const search = words.length > 0 ? `?${new URLSearchParams(words)}` : '';
    const type = typeof body === 'string' ? 'text/plain' : 'application/json';
    const given = { ...(body === undefined ? {} : { 'content-type': type }), ...headers };
    const sent = request({ host: '127.0.0.1', port, method, path: `${path}${search}`, headers: given, agent: false });
    sent.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const chunks: Uint8Array[] = [];
    for await (const chunk of response) {
      chunks.push(chunk as Uint8Array);
    }
    const text = Buffer.concat(chunks).toString();
    const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== '';
    return { status: response.statusCode ?? 0, headers: response.headers, text, body: isJson ? JSON.parse(text) : {} };
  } finally {
    server.close();
  }
}

/** The last handler of an application of Express that is made for a test: it answers what is known of an error. */
export function tellError(
  error: Error & { status?: number; statusCode?: number; errorCode?: number },
  _request: unknown,
  response: { headersSent: boolean; status(code: number): { json(body: object): unknown } },
  next: (error: Error) => void,
): void {
  if (response.headersSent) {
    next(error);
    return;
  }
  const { name, message, status, statusCode, errorCode } = error;
  response.status(status ?? statusCode ?? errorCode ?? 500).json({ ...error, name, message });
}
