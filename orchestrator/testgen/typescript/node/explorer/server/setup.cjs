'use strict';
/** The lines of a test file that make the server before each test and end it afterwards. */

/** Return the lines; whatever they need is noted in `writer`. */
function setupOf(subject, writer) {
  const { way } = subject.settings;
  const isTyped = /\.[cm]?tsx?$/.test(subject.assembly.plan.path);
  const given = (way.args ?? []).map((each) => writer.written(each)).join(', ');
  if (way.kind === 'builder') {
    const build = imported(writer, way.builder);
    const type = isTyped ? `: ${way.builder.isAsync ? `Awaited<ReturnType<typeof ${build}>>` : `ReturnType<typeof ${build}>`}` : '';
    const make = `app = ${way.builder.isAsync ? 'await ' : ''}${build}(${given});`;
    return framed(type, [make]);
  }
  const lines = plainServer(writer, isTyped);
  if (way.kind === 'equipped') lines.push(`await ${imported(writer, way.equipper)}(${['app', given].filter(Boolean).join(', ')});`);
  const register = writer.name(subject.origin);
  lines.push(way.subject.isPlugin ? `app.register(${register});` : `await ${register}(app);`);
  return framed(isTyped ? ': FastifyInstance' : '', lines);
}

function plainServer(writer, isTyped) {
  writer.imported.set('Fastify', { package: 'fastify', name: 'default', as: 'Fastify' });
  if (isTyped) writer.imported.set('FastifyInstance', { package: 'fastify', name: 'FastifyInstance', isType: true });
  return ['app = Fastify();'];
}

function imported(writer, { file, name, local }) {
  const as = name === 'default' ? (local && local !== 'default' ? local : 'build') : name;
  writer.imported.set(as, { file, name, as });
  return as;
}

function framed(type, lines) {
  return [`let app${type};`, 'beforeEach(async () => {', ...lines, '});', 'afterEach(() => app.close());'];
}

module.exports = { setupOf };
