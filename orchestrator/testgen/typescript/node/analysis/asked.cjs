'use strict';
/**
 * Packages that are asked for something and awaited, e.g. `await Users.getUserById(id)` of a package for signing in.
 *
 * They reach a service, or have to be made ready first; either way what they answer is the test's to say. Only the exports that
 * are asked are doubled. Packages that compute what they answer stay as they are.
 */
const { isBuiltin } = require('node:module');
const { isOutside } = require('./facts.cjs');

const COMPUTING = /^(bcrypt|bcryptjs|bcrypt-ts|argon2|scrypt.*|@node-rs\/.*|@noble\/.*|jose|jsonwebtoken|crypto-.*|graphql|graphql-.*|@graphql-.*|mercurius.*|zod|yup|joi|valibot|superstruct|ajv.*|class-validator|class-transformer|p-.*|async|async-.*|bluebird|lodash.*|ramda|rxjs|effect|fastify.*|@fastify\/.*|express.*|koa.*|@koa\/.*|hono|@hono\/.*|@nestjs\/.*|h3|avvio|supertest|light-my-request|vitest|@vitest\/.*|jest.*|@jest\/.*|vite|rollup|esbuild|typescript|prettier|eslint|babel.*|@babel\/.*|postcss.*|sass|less|marked|remark.*|rehype.*|unified|mdast.*|@mdx-js\/.*|handlebars|ejs|pug|nunjucks|liquidjs|eta|mustache|mjml.*|html-.*|csv.*|papaparse|fast-csv|exceljs|yaml|js-yaml|xml2js|jszip|date-fns.*|luxon|dayjs|uuid|nanoid|ulid|qrcode|otplib|react.*|vue.*|svelte.*|next.*|preact.*|i18next.*|file-type|execa|glob|fast-glob|globby|fs-extra|dataloader|cockatiel|opossum|sql-template.*|@sinclair\/.*|@trpc\/.*|superjson|web-streams.*|get-stream|raw-body|busboy)$/;

/** Return {spec: [export]} for the files of a module and those that it uses. */
function askedExports(ts, checker, files, isForeign) {
  const found = new Map();
  for (const file of files) {
    const bindings = bindingsOf(ts, checker, file, isForeign);
    if (bindings.size > 0) visit(ts, checker, file, bindings, found);
  }
  return Object.fromEntries([...found].map(([spec, { asked, extended }]) => [spec, [...asked].filter((each) => !extended.has(each)).sort()]).filter(([, names]) => names.length > 0));
}

/** The names that a file imports from packages: symbol -> {spec, name}; the name of a whole namespace is `*`. */
function bindingsOf(ts, checker, file, isForeign) {
  const found = new Map();
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement) || !statement.importClause || statement.importClause.isTypeOnly) continue;
    const spec = statement.moduleSpecifier.text;
    if (!/^[@a-z]/.test(spec) || isBuiltin(spec) || isOutside(spec) || COMPUTING.test(spec.replace(/^((@[^/]+\/)?[^/]+).*/, '$1'))) continue;
    const module = checker.getSymbolAtLocation(statement.moduleSpecifier);
    if (!module || !isForeign(module)) continue;
    const { name, namedBindings } = statement.importClause;
    const note = (identifier, exported) => found.set(checker.getSymbolAtLocation(identifier), { spec, name: exported });
    if (name) note(name, 'default');
    if (namedBindings && ts.isNamespaceImport(namedBindings)) note(namedBindings.name, '*');
    if (namedBindings && ts.isNamedImports(namedBindings)) for (const each of namedBindings.elements) if (!each.isTypeOnly) note(each.name, (each.propertyName ?? each.name).text);
  }
  return found;
}

function visit(ts, checker, file, bindings, found) {
  const noted = (spec) => found.get(spec) ?? found.set(spec, { asked: new Set(), extended: new Set() }).get(spec);
  const look = (node) => {
    if (ts.isCallExpression(node)) {
      const [root, first] = rootOf(ts, node.expression);
      const binding = root && bindings.get(checker.getSymbolAtLocation(root));
      if (binding && checker.getTypeAtLocation(node).getProperty('then')) noted(binding.spec).asked.add(binding.name === '*' ? first ?? '*' : binding.name);
    }
    if (ts.isHeritageClause(node)) for (const each of node.types) {
      const [root, first] = rootOf(ts, each.expression);
      const binding = root && bindings.get(checker.getSymbolAtLocation(root));
      if (binding) noted(binding.spec).extended.add(binding.name === '*' ? first : binding.name);
    }
    ts.forEachChild(node, look);
  };
  look(file);
}

/** The name at the beginning of `a.b.c`, and the one behind it. */
function rootOf(ts, node) {
  let first;
  let root = node;
  while (ts.isPropertyAccessExpression(root)) {
    first = root.name.text;
    root = root.expression;
  }
  return ts.isIdentifier(root) ? [root, first] : [];
}

module.exports = { askedExports };
