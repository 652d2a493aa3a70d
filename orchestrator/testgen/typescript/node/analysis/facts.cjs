'use strict';
/** What the text of a module tells about good inputs: literals, regular expressions, the environment, what is read of rows. */

const { isBuiltin } = require('node:module');

const MOST = 80;
/** Packages that reach a database, a queue, mail or another machine: they are doubled as a whole. */
const OUTSIDE = /^(mongodb|mongoose|pg|pg-boss|pg-promise|mysql2?(\/promise)?|mssql|sqlite3|better-sqlite3|knex|kysely|drizzle-orm\/.*|sequelize|ioredis|redis|axios|got|ky|superagent|node-fetch|cross-fetch|undici|nodemailer|resend|postmark|@aws-sdk\/.*|@google-cloud\/.*|@azure\/.*|bullmq|bull|bee-queue|agenda|nats|mqtt|@prisma\/client|typeorm|postgres|amqplib|kafkajs|stripe|@elastic\/.*|@sendgrid\/mail|twilio)$/;
const FILES = /^(node:)?fs(\/promises)?$/;

/** What the text of a module shows that it knows of. */
const KNOWN = { NaN: /\bNaN\b|\bisFinite\b/, catch: /\bcatch\b/ };

function readFacts(ts, file) {
  const strings = new Set();
  const numbers = new Set();
  const patterns = new Set();
  const env = new Set();
  const reads = new Set();
  const keys = new Set();
  const visit = (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isStringLiteralLike(node) && node.text.length < 60) strings.add(node.text);
    if (ts.isNumericLiteral(node)) numbers.add(Number(node.text.replaceAll('_', '')));
    if (ts.isRegularExpressionLiteral(node)) patterns.add(node.text);
    if (ts.isPropertyAssignment(node) && /^[A-Z][A-Z0-9_]+$/.test(node.name.getText(file))) keys.add(node.name.getText(file));
    if (ts.isPropertyAccessExpression(node)) {
      if (node.expression.getText(file) === 'process.env') env.add(node.name.text);
      else reads.add(node.name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  for (const key of tableKeys(ts, file)) strings.add(key);
  const some = (set) => [...set].slice(0, MOST);
  const knows = Object.keys(KNOWN).filter((each) => KNOWN[each].test(file.text));
  return { knows, strings: some(strings), numbers: some(numbers), patterns: some(patterns), env: some(new Set([...env, ...keys])), reads: some(reads) };
}

/** The names in objects in which something is looked up by what is given. */
function tableKeys(ts, file) {
  const asked = new Set();
  const tables = new Map();
  const bare = (node) => (node && (ts.isAsExpression(node) || ts.isParenthesizedExpression(node) || ts.isSatisfiesExpression?.(node)) ? bare(node.expression) : node);
  const ask = (node) => { if (node && ts.isIdentifier(node)) asked.add(node.text); };
  const visit = (node) => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name)) {
      const made = bare(node.initializer);
      if (made && ts.isObjectLiteralExpression(made)) tables.set(node.name.text, made.properties.filter((each) => each.name && !ts.isComputedPropertyName(each.name)).map((each) => each.name.text));
    } else if (ts.isElementAccessExpression(node) && !ts.isLiteralExpression(node.argumentExpression)) ask(node.expression);
    else if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.InKeyword) ask(node.right);
    else if (ts.isCallExpression(node) && /hasOwn|^Object\.keys/.test(node.expression.getText(file))) ask(node.arguments[0]);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return [...tables].filter(([name]) => asked.has(name)).flatMap(([, keys]) => keys);
}

/** The modules that a file imports at run time: [{spec, file, names, reads}]; `file` is undefined for packages, `reads` is what is read of a whole namespace. */
function readImports(ts, file, resolve) {
  const found = [];
  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement)) found.push(...required(ts, statement).map((each) => ({ ...each, file: resolve(each.spec) })));
    if (!ts.isImportDeclaration(statement) || statement.importClause?.isTypeOnly) continue;
    const bindings = statement.importClause?.namedBindings;
    const named = bindings && ts.isNamedImports(bindings) ? bindings.elements.filter((each) => !each.isTypeOnly) : [];
    const names = named.map((each) => (each.propertyName ?? each.name).text);
    if (statement.importClause?.name) names.push('default');
    const isWhole = bindings && ts.isNamespaceImport(bindings);
    if (isWhole) names.push('*');
    if (statement.importClause && names.length === 0) continue;
    const spec = statement.moduleSpecifier.text;
    found.push({ spec, file: resolve(spec), names, reads: isWhole ? readOf(ts, file, bindings.name.text) : [] });
  }
  return found;
}

/** The names that are read of something: `pg.Pool`. */
function readOf(ts, file, name) {
  const found = new Set();
  const visit = (node) => {
    if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === name) found.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return [...found];
}

/** What of packages is imported by name: {spec: [name]}. */
function importedNames(imports, specs) {
  const found = Object.fromEntries(specs.map((spec) => [spec, new Set()]));
  for (const { spec, names, reads = [] } of imports) for (const each of [...names, ...reads]) if (each !== '*') found[spec]?.add(each);
  return Object.fromEntries(Object.entries(found).map(([spec, names]) => [spec, [...names].sort()]));
}

/** What `const … = require('…')` imports, or `const … = require('…').name`. */
function required(ts, statement) {
  const found = [];
  for (const { name, initializer } of statement.declarationList.declarations) {
    const isMember = initializer && ts.isPropertyAccessExpression(initializer);
    const call = isMember ? initializer.expression : initializer;
    const isCall = call && ts.isCallExpression(call) && ts.isIdentifier(call.expression) && call.expression.text === 'require';
    if (!isCall || !call.arguments[0] || !ts.isStringLiteralLike(call.arguments[0])) continue;
    const parts = ts.isObjectBindingPattern(name) ? name.elements.map((each) => (each.propertyName ?? each.name).getText()) : ['*'];
    found.push({ spec: call.arguments[0].text, names: isMember ? [initializer.name.text] : parts });
  }
  return found;
}

/** The packages among imports that tests double. */
function outsidePackages(imports) {
  const foreign = imports.filter((each) => each.file === undefined);
  // Other packages read files of their own: files are doubled only where nobody else needs them.
  const isAlone = foreign.every((each) => FILES.test(each.spec) || OUTSIDE.test(each.spec) || isBuiltin(each.spec));
  const found = foreign.filter((each) => OUTSIDE.test(each.spec) || (isAlone && FILES.test(each.spec))).map((each) => each.spec);
  return [...new Set(found)];
}

function isOutside(spec) {
  return OUTSIDE.test(spec) || FILES.test(spec);
}

module.exports = { importedNames, isOutside, outsidePackages, readFacts, readImports };
