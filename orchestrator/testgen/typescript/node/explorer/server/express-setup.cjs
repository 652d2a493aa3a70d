'use strict';
/** The lines of a test file that make the application that is asked: none where a module exports it. */

const { NAME } = require('../nodes.cjs');

const EXPRESS = { package: 'express', name: 'Express' };

function expressSetup(subject, writer, item) {
  const { way } = subject.settings;
  const isTyped = /\.[cm]?tsx?$/.test(subject.assembly.plan.path);
  const { origin } = subject;
  const { listens } = subject.assembly;
  if (way.kind === 'instance') return listens ? started(writer, isTyped, EXPRESS, way.instance.file) : imported(writer, way.instance, 'app');
  if (way.kind === 'builder') {
    const given = way.args.map((each) => writer.written(each)).join(', ');
    const name = nameOf(way.builder);
    imported(writer, way.builder, name);
    return framed(writer, isTyped, [`app = ${way.builder.isAsync ? 'await ' : ''}${name}(${given});`]);
  }
  if (origin.isStarted) return started(writer, isTyped, origin.framework === 'express' ? EXPRESS : { package: 'node:http', name: 'RequestListener' });
  if (origin.value === 'app' && listens) return started(writer, isTyped, EXPRESS, origin.file);
  if (origin.value === 'app') return imported(writer, { file: origin.file ?? subject.assembly.plan.path, name: origin.export }, 'app');
  const args = item.args.slice(1).map((each) => writer.written(each));
  const lines = linesOf(writer, origin, args);
  if (args.length === 0) return framed(writer, isTyped, lines);
  writer.lines.push(...lines);
  return framed(writer, isTyped, []);
}

/** The lines that make an application with what a subject offers. */
function linesOf(writer, origin, args) {
  const name = writer.name(origin);
  const wait = origin.isAsync ? 'await ' : '';
  if (origin.makes === 'app') return [`app = ${wait}${name}(${args.join(', ')});`];
  writer.imported.set('express', { package: 'express', name: 'default', as: 'express' });
  writer.uses.add('tellError');
  const use = origin.registers ? `${wait}${name}(${['app', ...args].join(', ')});` : `app.use(${origin.makes ? `${wait}${name}(${args.join(', ')})` : name});`;
  return ['app = express();', 'app.use(express.json());', use, 'app.use(tellError);'];
}

function framed(writer, isTyped, lines) {
  if (isTyped) writer.imported.set('Express', { package: 'express', name: 'Express', isType: true });
  const head = lines.some((each) => each.includes('await ')) ? 'async () =>' : '() =>';
  const before = lines.length > 0 ? [[`beforeEach(${head} {`, ...lines.map((each) => `  ${each}`), '});'].join('\n')] : [];
  return [isTyped ? 'let app: Express;' : 'let app;', ...before];
}

/** The application is taken from the server that the module, or `file`, starts. */
function started(writer, isTyped, type, file = writer.plan.path) {
  if (isTyped) writer.imported.set(type.name, { ...type, isType: true });
  writer.uses.add('startedBy');
  const taken = `startedBy${isTyped ? `<${type.name}>` : ''}(() => ${file === writer.plan.path ? writer.plan.load : writer.plan.load.replaceAll('<module>', `<module ${file}>`)})`;
  return [isTyped ? `let app: ${type.name};` : 'let app;', ['beforeAll(async () => {', `  app = await ${taken};`, '}, 30_000);'].join('\n')];
}

function imported(writer, { file, name }, as) {
  writer.imported.set(as, { file, name, as });
  return [];
}

function nameOf({ name, local }) {
  if (name !== 'default') return name;
  return NAME.test(local ?? '') && local !== 'default' ? local : 'createApp';
}

module.exports = { expressSetup };
