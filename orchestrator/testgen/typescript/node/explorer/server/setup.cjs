'use strict';
/** The lines of a test file that make the server before each test and end it afterwards. */

const { braces } = require('../nodes.cjs');

const CLOSE = 'afterEach(() => app.close());';

/** Return the lines; whatever they need is noted in `writer`. What differs from test to test stands in `writer.lines`. */
function setupOf(subject, writer, item) {
  const { way } = subject.settings;
  const isTyped = /\.[cm]?tsx?$/.test(subject.assembly.plan.path);
  if (way.kind === 'hook' || way.kind === 'reader') return hookSetup(subject, writer, item, isTyped);
  if (way.kind === 'decorated') return decoratedSetup(subject, writer, item, isTyped);
  if (way.kind === 'plugin') return pluginSetup(subject, writer, item, isTyped);
  const options = (way.args ?? []).map((each) => writer.written(each)).join(', ');
  if (way.kind === 'builder') return framed(writer, isTyped, [`app = ${way.builder.isAsync ? 'await ' : ''}${imported(writer, way.builder)}(${options});`]);
  if (way.kind === 'instance') return instanceSetup(writer, way.instance, subject.assembly);
  const lines = [...plainServer(writer), ...(way.steps ?? []).map((each) => equipping(writer, each))];
  const args = item.args.slice(1).map((each) => given(writer, each));
  const register = registering(way.subject, writer.name(subject.origin), args);
  if (args.length === 0) return framed(writer, isTyped, [...lines, register]);
  writer.lines.push(...lines, register);
  return framed(writer, isTyped, []);
}

/** What a server is given; a stub of something with parts of its own stands for it where the compiler minds that. */
function given(writer, node) {
  const source = writer.written(node);
  return writer.isLoose && node.t !== 'value' ? `${source} as never` : source;
}

/** The server that a module exports is imported anew before each test: that is what the name of it stands for. */
function instanceSetup(writer, { file, name }, { listens }) {
  writer.imported.set('app', { file, name, as: 'app' });
  writer.uses.add('fresh');
  if (listens) writer.uses.add('keepPortsClosed');
  return [...(listens ? ['afterAll(keepPortsClosed());'] : []), ['beforeEach(async () => {', '  await app.ready();', '});'].join('\n'), CLOSE];
}

/** The line that gives a server something of the project's own. */
function equipping(writer, step) {
  if (step.package) writer.imported.set(step.name, { package: step.package, name: step.name, as: step.name });
  const name = step.package ? step.name : imported(writer, step);
  if (step.method) return `app.${step.method}(${name});`;
  const args = step.args.map((each) => writer.written(each));
  return step.isRegistered ? `await app.register(${[name, ...args].join(', ')});` : `await ${name}(${['app', ...args].join(', ')});`;
}

function registering(subject, name, args) {
  if (subject.isClass) {
    const made = `new ${name}(${[...args.slice(0, subject.place), 'app', ...args.slice(subject.place)].join(', ')})`;
    return subject.routesMember ? `${subject.isAsync ? 'await ' : ''}${made}.${subject.routesMember}();` : `${made};`;
  }
  return subject.isPlugin ? `app.register(${[name, ...args].join(', ')});` : `await ${name}(${['app', ...args].join(', ')});`;
}

/** A function that makes a server with one route behind a hook; each test says which, and what stands on the request before. */
function hookSetup({ origin }, writer, item, isTyped) {
  const lines = plainServer(writer);
  const isReader = origin.kind === 'reader';
  if (isTyped) for (const name of isReader ? ['FastifyRequest'] : ['FastifyRequest', 'RouteShorthandOptions']) writer.imported.set(name, { package: 'fastify', name, isType: true });
  const count = origin.isFactory ? origin.params.length - origin.decorations.length : 0;
  const args = item.args.slice(1);
  const name = writer.name(origin);
  const hook = origin.isFactory ? `${name}(${args.slice(0, count).map((each) => writer.written(each)).join(', ')})` : name;
  const given = origin.decorations.map((each, index) => [each.name, args[count + index]]).filter(([, node]) => node && !(node.t === 'value' && node.v === undefined));
  const properties = given.length > 0 ? `, ${braces(given.map(([key, node]) => [key, writer.written(node)]))}` : '';
  writer.lines.push(`await ${isReader ? 'serveResult' : 'serve'}(${hook}${properties});`);
  const shown = origin.decorations.map((each) => `${each.name}: request.${each.name} ?? null`).join(', ');
  const [types, more] = isReader ? ['read: (request: FastifyRequest) => unknown', 'given: Partial<FastifyRequest> = {}'] : ["hook: RouteShorthandOptions['preHandler']", 'given: Partial<FastifyRequest> = {}'];
  const head = isTyped ? `${types}, ${more}): Promise<void` : `${isReader ? 'read' : 'hook'}, given = {}`;
  const serve = [
    isReader ? '/** Serve what a function makes of a request; `given` stands on the request before. */' : '/** Serve a route behind a hook, which shows what stands on the request; `given` stands there before. */',
    `async function ${isReader ? 'serveResult' : 'serve'}(${head}${isTyped ? '>' : ')'} {`,
    ...lines.map((each) => `  ${each}`),
    "  app.addHook('onRequest', async (request) => {", '    Object.assign(request, given);', '  });',
    isReader ? "  app.get('/:id', async (request) => ({ result: (await read(request)) ?? null }));" : `  app.${item.subject.route.method.toLowerCase()}('/:id', { preHandler: hook }, async (${shown ? 'request' : ''}) => (${shown ? `{ ${shown} }` : '{}'}));`,
    '}',
  ];
  return [declared(writer, isTyped), serve.join('\n'), CLOSE];
}

/** A server with a plugin and two routes: one that answers, and one that fails. */
function pluginSetup({ origin, settings }, writer, item, isTyped) {
  const start = settings.way.lines ? loggingServer(writer, isTyped) : plainServer(writer);
  const args = item.args.slice(1);
  const isFailing = origin.params.at(-1)?.name === 'error' && settings.way.origin.params.length < args.length;
  const error = isFailing ? writer.written(args.pop()) : undefined;
  const register = registering(origin, writer.name(origin), args.map((each) => writer.written(each)));
  writer.lines.push(...start, register, 'await app.after();');
  if (item.subject.names) return [declared(writer, isTyped), CLOSE];
  if (item.subject.route.url === '/') writer.lines.push("app.get('/', async () => ({ ok: true }));");
  if (error) writer.lines.push("app.get('/failing', async () => {", `  throw ${error};`, '});');
  return [declared(writer, isTyped), CLOSE];
}

/** A server with a plugin, and a route behind what the plugin put there. */
function decoratedSetup({ origin, settings: { way } }, writer, item, isTyped) {
  const register = registering(origin, writer.name(origin), item.args.slice(1).map((each) => writer.written(each)));
  const shown = [...way.shown].map((each) => `${each}: request.${each} ?? null`).join(', ');
  const route = `app.get('/', { preHandler: app.${way.name} }, async (${shown ? 'request' : ''}) => (${shown ? `{ ${shown} }` : '{}'}));`;
  writer.lines.push(...plainServer(writer), register.startsWith('await ') ? register : `await ${register}`, route);
  return [declared(writer, isTyped), CLOSE];
}

function plainServer(writer) {
  writer.imported.set('Fastify', { package: 'fastify', name: 'default', as: 'Fastify' });
  return ['app = Fastify();'];
}

/** A server whose log the test looks at. */
function loggingServer(writer, isTyped) {
  plainServer(writer);
  writer.taken.add('logged');
  writer.uses.add('logTo');
  return [`const logged${isTyped ? ': object[]' : ''} = [];`, "app = Fastify({ disableRequestLogging: true, logger: { level: 'trace', stream: logTo(logged) } });"];
}

function imported(writer, { file, name, local }) {
  const as = name === 'default' ? (local && local !== 'default' ? local : 'build') : name;
  writer.imported.set(as, { file, name, as });
  return as;
}

/** The variable of a file that holds the server; where the project builds one, of that type. */
function declared(writer, isTyped) {
  const { builder } = writer.item.subject.assembly;
  if (!isTyped) return 'let app;';
  if (!builder) {
    writer.imported.set('FastifyInstance', { package: 'fastify', name: 'FastifyInstance', isType: true });
    return 'let app: FastifyInstance;';
  }
  const made = `ReturnType<typeof ${imported(writer, builder)}>`;
  return `let app: ${builder.isAsync ? `Awaited<${made}>` : made};`;
}

function framed(writer, isTyped, lines) {
  const before = lines.length > 0 ? [['beforeEach(async () => {', ...lines.map((each) => `  ${each}`), '});'].join('\n')] : [];
  return [declared(writer, isTyped), ...before, CLOSE];
}

module.exports = { setupOf };
