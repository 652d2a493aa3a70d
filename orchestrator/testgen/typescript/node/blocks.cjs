'use strict';
/**
 * Parts test files into what a person may edit alone: {folder, files: {name: text}} -> {name: {parts} | {problem}}.
 *
 * A part is a statement with the comments above it: an import, a hook, a test, a `describe` with parts of its own, or
 * another. `gap` is what stands before it; all gaps and texts in a row are the file.
 */
const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');
const { importOf, requireOf } = require('./imported.cjs');

const TESTS = ['it', 'test', 'fit', 'xit', 'xtest'];
const SUITES = ['describe', 'fdescribe', 'xdescribe'];
const HOOKS = ['beforeAll', 'beforeEach', 'afterEach', 'afterAll'];
const MOCK = /^(?:jest|vi)\.(?:do|unstable_)?mock(?:Module)?$/i;

function main(orderFile, resultFile) {
  const order = JSON.parse(fs.readFileSync(orderFile, 'utf8'));
  const ts = createRequire(path.join(order.folder, 'package.json'))('typescript');
  const result = {};
  for (const [name, text] of Object.entries(order.files)) result[name] = parted(ts, name, text);
  fs.writeFileSync(resultFile, JSON.stringify(result));
}

function parted(ts, name, text) {
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const [error] = file.parseDiagnostics ?? [];
  if (error) {
    const { line } = file.getLineAndCharacterOfPosition(error.start);
    return { problem: `line ${line + 1}: ${ts.flattenDiagnosticMessageText(error.messageText, ' ')}` };
  }
  return { parts: partsOf(ts, file, file.statements, 0, text.length, true) };
}

/** The parts of a row of statements between two positions. */
function partsOf(ts, file, statements, from, to, isTop) {
  const parts = [];
  let begin = from;
  const add = (end, details) => {
    const piece = file.text.slice(begin, end);
    const text = piece.trim();
    const gap = piece.slice(0, piece.length - piece.trimStart().length);
    if (text) parts.push({ gap, text, ...details });
    begin = end;
  };
  for (const [index, each] of statements.entries()) {
    if (isTop && index === 0) add(each.getStart(file), { kind: 'doc', names: [] });
    const end = endOf(ts, file, each, to);
    const inner = isTop ? bodyOf(ts, each) : undefined;
    add(end, inner ? suiteOf(ts, file, each, inner, begin, end) : detailsOf(ts, each, isTop));
  }
  add(to, { kind: 'other', names: [] });
  return parts;
}

/** Where a statement ends, with the comment behind it on its line. */
function endOf(ts, file, node, most) {
  const comments = ts.getTrailingCommentRanges(file.text, node.end) ?? [];
  return Math.min(most, comments.at(-1)?.end ?? node.end);
}

/** The block of a `describe` that is one plain function. */
function bodyOf(ts, node) {
  const call = callOf(ts, node);
  if (!call || !SUITES.includes(rootOf(ts, call)) || ts.isCallExpression(call.expression)) return undefined;
  const given = call.arguments.at(-1);
  const isPlain = given && (ts.isArrowFunction(given) || ts.isFunctionExpression(given)) && ts.isBlock(given.body);
  return isPlain && titleOf(ts, call) ? given.body : undefined;
}

function suiteOf(ts, file, node, body, begin, end) {
  const inside = body.getStart(file) + 1;
  const head = file.text.slice(begin, inside).trim();
  const last = body.end - 1;
  const parts = partsOf(ts, file, body.statements, inside, last, false);
  const written = parts.reduce((sum, each) => sum + each.gap.length + each.text.length, 0);
  return { kind: 'suite', names: [titleOf(ts, callOf(ts, node))], head, tail: file.text.slice(inside + written, end), parts };
}

function detailsOf(ts, node, isTop) {
  const imported = isTop && (importOf(ts, node) ?? requireOf(ts, node));
  if (imported) return { kind: 'import', names: imported.names.map((each) => each.local), imported };
  const call = callOf(ts, node);
  const root = call && rootOf(ts, call);
  if (TESTS.includes(root) || SUITES.includes(root)) return { kind: 'test', names: [titleOf(ts, call) ?? ''] };
  if (HOOKS.includes(root)) return { kind: 'hook', names: [root] };
  if (call && MOCK.test(call.expression.getText())) return { kind: 'mock', names: [titleOf(ts, call) ?? ''] };
  return { kind: 'other', names: declared(ts, node) };
}

function callOf(ts, node) {
  const call = ts.isExpressionStatement(node) ? node.expression : undefined;
  return call && ts.isCallExpression(call) ? call : undefined;
}

/** The name that a call begins with: `it` of `it.each([])('…')`. */
function rootOf(ts, call) {
  let at = call;
  while (!ts.isIdentifier(at)) {
    if (ts.isCallExpression(at) || ts.isPropertyAccessExpression(at)) at = at.expression;
    else if (ts.isTaggedTemplateExpression(at)) at = at.tag;
    else return undefined;
  }
  return at.text;
}

function titleOf(ts, call) {
  const [first] = call.arguments;
  return first && ts.isStringLiteralLike(first) ? first.text : undefined;
}

function declared(ts, node) {
  if (ts.isVariableStatement(node)) return node.declarationList.declarations.flatMap((each) => bound(ts, each.name));
  return node.name && ts.isIdentifier(node.name) ? [node.name.text] : [];
}

function bound(ts, name) {
  return ts.isIdentifier(name) ? [name.text] : name.elements.flatMap((each) => (each.name ? bound(ts, each.name) : []));
}

module.exports = { main };
