'use strict';
/** What a request to a route may look like: the shape of its parts, and what is sent in the end. */
const { stringsFor } = require('../strings.cjs');
const { isKnown, shapeOfSchema } = require('./schema-shapes.cjs');
const { uploadNodes } = require('./uploads.cjs');

const PARTS = { body: 'payload', params: 'params', query: 'query', querystring: 'query', headers: 'headers' };
const USUAL_HEADERS = new Set(['authorization', 'host', 'cookie', 'content-type', 'content-length', 'transfer-encoding', 'user-agent', 'connection', 'origin', 'expect', 'upgrade', 'accept-version', 'request-id', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', ':authority', 'then', 'tojson']);

/** Headers that servers and parsers of bodies read on their own: nobody asks a route with them to see what it does. */
const MECHANICAL = new Set(['if-modified-since', 'if-none-match', 'cache-control', 'content-encoding', 'accept-encoding', 'range', 'te', 'trailer', 'keep-alive', 'x-http-method-override']);

class RequestForm {
  /** `route` is {method, url, schema, types}; what is learnt about its parts while it is tried is added by `learn`. */
  constructor(route, server, settings) {
    this.route = route;
    this.server = server;
    this.settings = settings;
    this.parts = { ...route.types };
    this.learned = 0;
    this.headers = new Set(); // that were read
    for (const [key, each] of Object.entries(route.schema ?? {})) if (PARTS[key] && each) this.parts[PARTS[key]] = shapeOfSchema(each, PARTS[key]);
    this.fixed = new Set(Object.keys(this.parts).filter((each) => route.schema && !(route.types ?? {})[each]));
  }

  get takesBody() {
    return ['POST', 'PUT', 'PATCH'].includes(this.route.method) || this.parts.payload !== undefined;
  }

  /** A schema checked a part of the request: from here on it says what that part may be. */
  learn(schema, value, request) {
    if (!isKnown(schema)) return;
    if (request && isWhole(value, request)) return this.learnWhole(schema, value, request);
    const part = this.partOf(value, request);
    if (part === undefined || this.fixed.has(part)) return;
    this.fixed.add(part);
    this.parts[part] = shapeOfSchema(schema, part);
    this.learned += 1;
  }

  /** A schema may check all parts at once: `{ body, query, params }`. */
  learnWhole(schema, value, request) {
    for (const { name, shape } of shapeOfSchema(schema, 'request').fields ?? []) {
      const part = PARTS[name];
      if (part === undefined || part === 'headers' || this.fixed.has(part) || JSON.stringify(value[name]) !== JSON.stringify(request[name])) continue;
      this.fixed.add(part);
      this.parts[part] = shape;
      this.learned += 1;
    }
  }

  learnHeader(name) {
    if (name === 'authorization') this.readsToken = true;
    const isWanted = { origin: this.settings.origins, cookie: this.server.cookies?.length > 0 }[name];
    const isUsual = (USUAL_HEADERS.has(name) && !isWanted) || (MECHANICAL.has(name) && !this.server.headers.includes(name));
    if (isUsual || this.headers.has(name)) return;
    this.headers.add(name);
    this.learned += 1;
  }

  partOf(value, request) {
    if (!request) return undefined;
    if (value === request.body && (this.takesBody || value)) return 'payload';
    if (value === request.params) return 'params';
    return value === request.query ? 'query' : undefined;
  }

  /** The shape of the request, for inputs like any other. */
  shape() {
    const props = [];
    const names = [...this.route.url.matchAll(/:(\w+)|(\*)/g)].map(([, name]) => name ?? '*');
    if (names.length > 0) props.push({ name: 'params', optional: false, isInPath: true, shape: this.paramsShape(names) });
    if (this.parts.query) props.push({ name: 'query', optional: true, shape: this.parts.query });
    const headers = this.headersShape();
    if (headers.fields.length > 0) props.push({ name: 'headers', optional: false, shape: headers });
    if (this.takesBody) props.push({ name: 'payload', optional: true, shape: this.parts.payload ?? this.openBody });
    return { k: 'form', fields: props };
  }

  /** A body of which nothing is known; one with files where the module reads such. */
  get openBody() {
    const record = { k: 'record', of: { k: 'any' } };
    const { uploads } = this.settings;
    return uploads ? { k: 'union', of: [{ k: 'nodes', of: uploadNodes(uploads.fields) }, record] } : record;
  }

  paramsShape(names) {
    const known = new Map((this.parts.params?.fields ?? []).map((each) => [each.name, each.shape]));
    return { k: 'form', fields: names.map((name) => ({ name, optional: false, isInPath: true, shape: texts(known.get(name) ?? { k: 'string' }, name) })) };
  }

  /** The schema of a route may name the header that says who asks. */
  get namesToken() {
    return (this.parts.headers?.fields ?? []).some((each) => each.name.toLowerCase() === 'authorization');
  }

  headersShape() {
    const { credential } = this.settings;
    const fields = (this.parts.headers?.fields ?? []).filter((each) => each.name.toLowerCase() !== credential?.header && !this.headers.has(each.name.toLowerCase()));
    if (credential) fields.push({ name: credential.header, optional: Boolean(credential.isOptional), shape: { k: 'nodes', of: credential.nodes } });
    for (const name of this.headers) {
      if (name !== credential?.header) fields.push({ name, optional: true, shape: { k: 'nodes', of: this.nodesFor(name) } });
    }
    return { k: 'form', fields, isSparse: true };
  }

  nodesFor(name) {
    const { origins, env } = this.settings;
    if (name === 'origin' && origins) return origins.map((v) => ({ t: 'value', v, shape: { k: 'string' } }));
    return name === 'cookie' ? cookieNodes(this.server.cookies) : headerNodes(name, this.server.facts, env);
  }
}

/** Each of the cookies that are read, all of them together, and one that nobody reads. */
function cookieNodes(names) {
  const given = names.map((name) => `${name}=${encodeURIComponent(stringsFor(name)[0])}`);
  return [...new Set([...given, given.join('; '), 'other=1'])].map((v) => ({ t: 'value', v, shape: { k: 'string' } }));
}

function isWhole(value, request) {
  return value !== null && typeof value === 'object' && value !== request && ((request.body !== undefined && value.body === request.body) || (request.params && value.params === request.params));
}

/** Only values that can stand in a path. */
function texts(shape, name) {
  if (shape.k !== 'checked') return shape.k === 'string' || shape.k === 'any' ? { k: 'checked', base: 'string', good: stringsFor(name).filter((each) => /^[\w.@-]{1,40}$/.test(each)).slice(0, 4), bad: [] } : shape;
  return { ...shape, bad: shape.bad.filter((each) => typeof each === 'string' && each !== '' && each.length < 80) };
}

/** A header named like a setting, e.g. x-service-token like SERVICE_TOKEN, may want its value. */
function headerNodes(name, facts, env) {
  const words = name.replace(/^x-/, '').split('-');
  const settings = Object.keys(env).filter((each) => words.every((word) => each.toLowerCase().split('_').includes(word)));
  const found = settings.map((each) => ({ t: 'code', code: `process.env.${each}`, make: () => env[each] }));
  const like = facts.strings.filter((each) => words.filter((word) => each.toLowerCase().includes(word)).length > 0 && /^[\w.-]{8,60}$/.test(each)).slice(0, 4);
  const plain = { accept: ['text/plain', 'text/html', 'application/json'], 'accept-language': ['en-US', 'de'] }[name] ?? ['abc', 'a-request-1'];
  return [...found, ...[...plain, ...like].map((v) => ({ t: 'value', v, shape: { k: 'string' } }))];
}

/** What `inject` gets for the value of a request. */
function injected(route, value) {
  const params = value.params ?? {};
  const url = route.url.replace(/:(\w+)(\([^)]*\))?\??|\*/g, (found, name) => encodeURIComponent(String(params[name ?? '*'] ?? 'x')));
  const query = value.query && Object.entries(value.query).filter(([, each]) => each !== undefined && each !== null && typeof each !== 'object' || Array.isArray(each));
  const options = { method: route.method, url };
  if (query?.length > 0) options.query = Object.fromEntries(query.map(([key, each]) => [key, Array.isArray(each) ? each.map(String) : String(each)]));
  const headers = Object.entries(value.headers ?? {}).filter(([, each]) => typeof each === 'string');
  if (headers.length > 0) options.headers = Object.fromEntries(headers);
  if (isSent(value.payload)) options.payload = value.payload;
  return options;
}

/** Only objects, lists and texts can be sent. */
function isSent(payload) {
  return (typeof payload === 'object' && payload !== null) || (typeof payload === 'string' && payload !== '');
}

module.exports = { RequestForm, headerNodes, injected, isSent };
