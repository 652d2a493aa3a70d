'use strict';
/** What an awaited query is for: the table, the model or the function that is asked, else the variable that gets the answer. */

const VAGUE = /^(row|rows|result|results|data|found|existing|updated|inserted|deleted|created|saved|count|value|record|records|item|items|response|res|r|it|trx|tx|current|previous|total|affected|changed|removed|entry|doc)$/i;
const WRITES = /^(update|del|delete|insert|updateOne|updateMany|deleteOne|deleteMany|insertOne|insertMany|findOneAndUpdate|save|create|createMany|upsert|remove|increment|decrement)$/;
const STORE = /(Repository|Repo|Model|Service|Store|Dao|Collection|Client|Table)$/;
const HANDLES = /^(db|knex|prisma|pool|client|trx|tx|this|sql|database|connection|conn|redis|cache|manager|em|server|app|fastify|request|reply)$/i;

/** {name, asked, isWrite}: what the answer is called, and what is asked for it; empty where the source gives no name. */
function nameOfSite(ts, node) {
  const inner = ts.isAwaitExpression(node) ? node.expression : node;
  const words = wordsOf(ts, inner);
  const variable = variableOf(ts, node);
  const own = variable && !VAGUE.test(variable) ? variable : '';
  const asked = words.table || words.model || words.asked || '';
  return { name: own || asked, asked: asked || own, isWrite: words.isWrite };
}

function variableOf(ts, node) {
  let { parent } = node;
  while (parent && (ts.isParenthesizedExpression(parent) || ts.isAsExpression(parent) || ts.isNonNullExpression(parent))) parent = parent.parent;
  if (!parent || !ts.isVariableDeclaration(parent)) return undefined;
  if (ts.isIdentifier(parent.name)) return parent.name.text;
  const [first] = ts.isArrayBindingPattern(parent.name) ? parent.name.elements : [];
  return first && ts.isBindingElement(first) && ts.isIdentifier(first.name) ? first.name.text : undefined;
}

/** What stands in the chain of calls of a query. */
function wordsOf(ts, expression) {
  const found = { table: '', model: '', asked: '', isWrite: false };
  for (let node = expression; node; node = ts.isCallExpression(node) || ts.isPropertyAccessExpression(node) || ts.isNonNullExpression(node) || ts.isParenthesizedExpression(node) ? node.expression : undefined) {
    if (!ts.isCallExpression(node)) continue;
    const callee = node.expression;
    const method = ts.isPropertyAccessExpression(callee) ? callee.name.text : ts.isIdentifier(callee) ? callee.text : '';
    if (WRITES.test(method)) found.isWrite = true;
    const [first] = node.arguments;
    const text = first && ts.isStringLiteralLike(first) ? first.text : undefined;
    if (text !== undefined && (ts.isIdentifier(callee) || ts.isCallExpression(callee) || HANDLES.test(method) || /^(from|into|table|selectFrom|insertInto|updateTable|deleteFrom|collection|model)$/.test(method))) found.table ||= tableIn(text);
    if (text !== undefined && /\s/.test(text)) found.table ||= tableIn(text);
    if (ts.isPropertyAccessExpression(callee)) found.model ||= modelIn(ts, callee.expression);
    if (!found.asked) found.asked = askedBy(method);
  }
  return found;
}

function tableIn(text) {
  if (/^[\w.]+( as \w+)?$/i.test(text)) return text.replace(/ as \w+$/i, '').split('.').at(-1);
  return /\b(?:from|into|update)\s+["`]?(?:\w+\.)?(\w+)/i.exec(text)?.[1] ?? '';
}

/** `prisma.user`, `this.userRepository`, `User`: who is asked. */
function modelIn(ts, node) {
  const name = ts.isPropertyAccessExpression(node) ? node.name.text : ts.isIdentifier(node) ? node.text : '';
  const bare = name.replace(/^_/, '').replace(STORE, '');
  return HANDLES.test(bare) || bare === '' ? '' : bare[0].toLowerCase() + bare.slice(1);
}

/** `findUserById` → "user"; '' for a verb alone. */
function askedBy(method) {
  const [, rest = ''] = /^(?:find|get|load|fetch|read|select|list|search)([A-Z]\w*)$/.exec(method) ?? [];
  const bare = rest.replace(/By[A-Z].*$/, '').replace(/^(One|Many|All|First|Unique)(OrThrow)?$/, '');
  return bare === '' ? '' : bare[0].toLowerCase() + bare.slice(1);
}

module.exports = { nameOfSite };
