'use strict';
/**
 * Loaded into the application before its own code (`node --require`): tells, as JSON lines in ORCHESTRATE_E2E_FACTS, which
 * routes Fastify registers, who registers them, and with which zod schema what comes in is checked.
 * With ORCHESTRATE_E2E_OPEN tokens are not verified: so the schemas behind a login show where nobody can sign in.
 */
const fs = require('node:fs');
const path = require('node:path');
const Module = require('node:module');
const { shapeOfZod } = require('./shapes.cjs');

const facts = process.env.ORCHESTRATE_E2E_FACTS;
const tell = (fact) => fs.appendFileSync(facts, `${JSON.stringify(fact)}\n`);

function start() {
  require('node:diagnostics_channel').subscribe('fastify.initialization', (message) => watchFastify(message.fastify));
  const load = Module._load;
  const seen = new WeakSet();
  Module._load = function patched(request, ...rest) {
    const made = load.call(this, request, ...rest);
    if ((request === 'zod' || request === 'jsonwebtoken') && made && !seen.has(made)) {
      seen.add(made);
      if (request === 'zod') watchZod(made);
      else if (process.env.ORCHESTRATE_E2E_OPEN) openTokens(made);
    }
    return made;
  };
}

function watchFastify(app) {
  app.addHook('onRoute', (route) => {
    const schema = route.schema ?? {};
    for (const method of [route.method].flat()) {
      if (method === 'HEAD' || method === 'OPTIONS') continue;
      tell({
        kind: 'route',
        method,
        url: route.url.length > 1 ? route.url.replace(/\/$/, '') : route.url,
        file: callerOutside(),
        source: String(route.handler).slice(0, 20_000),
        body: plain(schema.body),
        querystring: plain(schema.querystring),
      });
    }
  });
}

/** The first file of the project on the stack: where the route is written. */
function callerOutside() {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 60;
  const stack = String(new Error().stack).split('\n').slice(1);
  Error.stackTraceLimit = before;
  for (const line of stack) {
    const found = /\(?((?:file:\/\/)?\/[^():]+):\d+:\d+\)?$/.exec(line.trim());
    const file = found?.[1].replace('file://', '');
    if (file && !file.includes('/node_modules/') && !file.startsWith(__dirname)) return path.relative(process.cwd(), file);
  }
  return '';
}

function plain(schema) {
  try {
    return schema && !schema._def && !schema._zod ? JSON.parse(JSON.stringify(schema)) : (schema && { 'x-shape': shapeOfZod(schema) }) || null;
  } catch {
    return null;
  }
}

/** zod 3 looks its methods up when a schema is made, so that those of the prototype are the ones to wrap. */
function watchZod(zod) {
  const prototype = (zod.z ?? zod).ZodType?.prototype;
  for (const name of ['safeParse', 'safeParseAsync']) {
    const own = prototype?.[name];
    if (typeof own !== 'function') continue;
    prototype[name] = function watched(data, ...rest) {
      if (data && typeof data === 'object') tell({ kind: 'parse', keys: Object.keys(data), shape: shapeOfZod(this) });
      return own.call(this, data, ...rest);
    };
  }
}

function openTokens(jsonwebtoken) {
  jsonwebtoken.verify = (token, secret, options, callback) => {
    const claims = JSON.parse(Buffer.from(String(token).split('.')[1], 'base64url').toString());
    const done = typeof options === 'function' ? options : callback;
    return done ? done(null, claims) : claims;
  };
}

start();
