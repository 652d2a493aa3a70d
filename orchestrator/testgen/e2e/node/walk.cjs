'use strict';
/**
 * One walk through a flow: what is refused, what a user needs before, what each route answers.
 *
 * A value that has to be new or that an earlier step gave stands in a step as `{ $: name }`, with text before it as `before`.
 */
const path = require('node:path');
const { createRequire } = require('node:module');
const { randomBytes } = require('node:crypto');
const { entrances, isParam, makerOfThing, parts, singularOf } = require('./flow.cjs');
const { shapeOfJson, valueOf } = require('./shapes.cjs');

const PASSWORD = 'Correct-horse-7-battery';
const NEW_NAMES = /^(name|title|slug|user_?name|login|handle|display_?name)$/i;
const BODIES = new Set(['POST', 'PUT', 'PATCH']);
const PROBE = { orchestrate_probe: 1 };

const camel = (text) => text.replace(/[-_]+(\w)/g, (_, each) => each.toUpperCase());
const idOf = (thing) => `${camel(thing)}Id`;
const thingOf = (route) => singularOf(parts(route.url).filter((part) => !isParam(part)).at(-1) ?? 'thing');

class Walk {
  /** What is refused without a token and without a body; nothing is made. */
  static async refusals(app, flow, routes) {
    const walk = new Walk(app, routes, {});
    for (const route of flow) await walk.refused(route);
    return walk.steps;
  }

  /** The whole flow as a new user goes through it. */
  static async whole(app, flow, routes, order) {
    const walk = new Walk(app, routes, order);
    walk.flow = flow;
    for (const route of flow) await walk.visit(route);
    return walk.told();
  }

  /** What the sources let expect where nothing can be tried: the application has no database and verifies no token. */
  static async expected(app, flow, routes) {
    const walk = new Walk(app, routes, { isGuessed: true });
    walk.flow = flow;
    for (const route of flow) await walk.visit(route);
    return walk.told();
  }

  constructor(app, routes, order) {
    const run = randomBytes(4).toString('hex');
    Object.assign(this, { app, routes, order, run, flow: [], steps: [], defects: [], visited: new Set(), made: {} });
    this.values = { run, email: `e2e-${run}@example.com` };
  }

  told() {
    return { steps: this.steps, defects: this.defects, variables: Object.keys(this.values) };
  }

  /** `isMeans`: it is asked only because another route needs what it makes. */
  async visit(route, isMeans = !this.flow.includes(route)) {
    if (this.visited.has(route)) return;
    this.visited.add(route);
    for (const part of parts(route.url).filter(isParam)) await this.provide(part.slice(1), route);
    const needsToken = await this.refused(route, isMeans);
    if (needsToken && !this.values.token) await this.signIn();
    const actor = needsToken && this.values.token ? 'token' : undefined;
    await this.act(route, actor);
  }

  /** Ask without a token, and without a body. Return whether a token is needed. */
  async refused(route, isMeans = false) {
    const where = this.pathOf(route);
    const data = BODIES.has(route.method) ? {} : undefined;
    const answer = await this.app.ask(route.method, this.urlOf(where), { data });
    const isClosed = answer.status === 401;
    const isRefusal = [400, 401, 415, 422].includes(answer.status);
    if (isRefusal && !isMeans) this.push(route, isClosed ? 'without a token' : 'an empty body', { where, data, answer });
    return isClosed;
  }

  /** Become a new user: the routes that register and log in, wherever they are. */
  async signIn() {
    const { register, login } = entrances(this.routes);
    for (const route of [register, login]) if (route && !this.values.token) await this.visit(route);
    if (this.order.isGuessed) this.values.token ??= fabricated({});
  }

  async act(route, actor) {
    const shape = await this.shapeOf(route, actor);
    const where = this.pathOf(route);
    let data;
    if (BODIES.has(route.method) && shape) {
      await this.provideFields(shape, route);
      data = valueOf(shape, '', (name, each) => this.named(name, each, route));
    }
    if (this.order.isGuessed) return this.guess(route, { where, data, actor });
    let answer = await this.send(route, where, data, actor);
    if (answer.status === 403 && actor) {
      const role = await this.roleFor(route, where, data, answer);
      if (role) {
        if (this.flow.includes(route)) this.push(route, 'in another role', { where, data, actor, answer });
        actor = role.name;
        answer = role.answer;
      }
    }
    if (answer.status >= 500) {
      this.defects.push({ call: `${route.method} ${route.url} ${JSON.stringify(this.resolved(data)) ?? ''}`.trim(), detail: `answers ${answer.status} on a body that its schema lets in` });
      return undefined;
    }
    return this.push(route, 'as it should be', { where, data, actor, answer, captures: this.captured(route, answer.body, data) });
  }

  send(route, where, data, actor) {
    return this.app.ask(route.method, this.urlOf(where), { token: this.tokenOf(actor), data: this.resolved(data) });
  }

  /** The step as the sources say it: the status that the handler sets, nothing about the body. */
  guess(route, { where, data, actor }) {
    const said = /\.(?:status|code)\(\s*(2\d\d)\s*\)/.exec(route.source);
    const answer = { status: said ? Number(said[1]) : 200, type: '', body: undefined };
    const captures = [];
    if (route === entrances(this.routes).login) captures.push({ name: 'token', pick: '^(access_?)?token$|jwt' }, { name: 'refreshToken', pick: 'refresh_?token' });
    if (route.method === 'POST' && this.routes.some((each) => each.url.startsWith(`${route.url}/:`)) && !(data && data.id)) captures.push({ name: idOf(thingOf(route)), pick: '^id$' });
    for (const { name } of captures) this.values[name] ??= name.endsWith('oken') ? fabricated({}) : 'unknown-1';
    this.push(route, 'as it should be', { where, data, actor, answer, captures });
  }

  /** The shape of the body: the route's own schema, or the one that is asked when something comes in. */
  async shapeOf(route, actor) {
    if (route.body) return shapeOfJson(route.body);
    if (!BODIES.has(route.method)) return undefined;
    let found = await this.probed(route, this.tokenOf(actor));
    if (!found && actor) for (const role of ['admin', ...this.rolesSeen()]) found ??= await this.probed(route, this.inRole(role));
    return found;
  }

  async probed(route, token) {
    this.app.news();
    const answer = await this.app.ask(route.method, this.urlOf(this.pathOf(route)), { token, data: PROBE });
    if (answer.status === 403) this.noteRoles(answer);
    return this.app.news().find((each) => each.kind === 'parse' && each.keys.join() === Object.keys(PROBE).join())?.shape;
  }

  noteRoles(answer) {
    const text = JSON.stringify(answer.body ?? '');
    const listed = /roles? ([\w, ]+)/.exec(text)?.[1] ?? '';
    this.roles = [...new Set([...(this.roles ?? []), ...listed.split(/[ ,]+/).filter((each) => /^[a-z]\w{2,}$/.test(each))])];
  }

  rolesSeen() {
    return this.roles ?? [];
  }

  /** The first role whose token is let through: the roles that the refusal names, then admin. */
  async roleFor(route, where, data, refusal) {
    if (!this.order.secretName) return undefined;
    this.noteRoles(refusal);
    for (const name of [...this.rolesSeen(), 'admin']) {
      const token = this.inRole(name);
      if (!token) return undefined;
      const answer = await this.app.ask(route.method, this.urlOf(where), { token, data: this.resolved(data) });
      if (answer.status !== 403) return { name, answer };
    }
    return undefined;
  }

  tokenOf(actor) {
    if (!actor) return undefined;
    return actor === 'token' ? this.values.token : this.inRole(actor);
  }

  /** The user's token with another role, signed as the application signs. */
  inRole(role) {
    if (this.order.isGuessed) return fabricated({ role });
    try {
      const jwt = createRequire(path.join(this.order.root, 'package.json'))('jsonwebtoken');
      const { iat, exp, ...claims } = jwt.decode(this.values.token);
      return 'role' in claims ? jwt.sign({ ...claims, role }, this.order.env[this.order.secretName], { expiresIn: 300 }) : undefined;
    } catch {
      return undefined;
    }
  }

  /** Make what a parameter of a path stands for, when a route makes such things. */
  async provide(parameter, route) {
    const all = parts(route.url);
    const index = all.indexOf(`:${parameter}`);
    const thing = parameter === 'id' ? singularOf(all[index - 1] ?? 'thing') : camel(parameter).replace(/Id$/, '').toLowerCase();
    await this.provideThing(thing, route);
  }

  async provideFields(shape, route) {
    for (const name of Object.keys(shape.fields ?? {})) {
      const thing = /^(\w+?)_?id$/i.exec(name)?.[1];
      if (thing && !shape.fields[name].optional) await this.provideThing(thing.toLowerCase(), route);
    }
  }

  async provideThing(thing, route) {
    if (this.values[idOf(thing)] !== undefined) return;
    const maker = makerOfThing(thing, this.routes);
    if (maker && maker !== route && !this.visited.has(maker)) await this.visit(maker);
  }

  pathOf(route) {
    const all = parts(route.url);
    return all.map((part, index) => {
      if (!isParam(part)) return part;
      const name = part.slice(1);
      const thing = name === 'id' ? singularOf(all[index - 1] ?? 'thing') : camel(name).replace(/Id$/, '');
      const known = idOf(thing);
      return this.values[known] === undefined ? 'unknown-1' : this.reference(known);
    });
  }

  /** A value that is known by now: one that an answer gave, or one that the spec made up. */
  reference(name) {
    return this.made[name] ?? { $: name };
  }

  /** What stands for a text field by its name. */
  named(name, shape, route) {
    if (/e-?mail/i.test(name)) return { $: 'email' };
    if (/pass(word|phrase)/i.test(name) || (/password/i.test(route.url) && /^(current|old)/i.test(name))) return PASSWORD;
    if (/password/i.test(route.url) && /^(next|new)/i.test(name)) return `${PASSWORD}-2`;
    if (/refresh.?token/i.test(name) && this.values.refreshToken) return { $: 'refreshToken' };
    if (/^(access.?)?token$/i.test(name) && this.values.token) return { $: 'token' };
    if (name === 'id' && route.method === 'POST') {
      const own = idOf(thingOf(route));
      this.values[own] ??= `${thingOf(route)}-${this.run}`;
      this.made[own] = { $: 'run', before: `${thingOf(route)}-` };
      return this.made[own];
    }
    const thing = /^(\w+?)_?id$/i.exec(name)?.[1];
    if (thing && this.values[idOf(thing)] !== undefined) return this.reference(idOf(thing));
    if (NEW_NAMES.test(name) && route.method === 'POST' && !shape.pattern && (shape.max ?? 99) >= 24) return { $: 'run', before: `${thingOf(route)[0].toUpperCase()}${thingOf(route).slice(1)} ` };
    return undefined;
  }

  urlOf(where) {
    return `/${where.map((each) => encodeURIComponent(this.resolved(each))).join('/')}`;
  }

  resolved(template) {
    if (template === null || typeof template !== 'object') return template;
    if (template.$) return `${template.before ?? ''}${this.values[template.$]}`;
    if (Array.isArray(template)) return template.map((each) => this.resolved(each));
    return Object.fromEntries(Object.entries(template).map(([key, each]) => [key, this.resolved(each)]));
  }

  /** What later steps may need of an answer: tokens, and the ids of what was made. */
  captured(route, body, data) {
    const found = [];
    const keep = (name, value, where) => {
      if (this.values[name] !== undefined && !/oken$/.test(name)) return;
      this.values[name] = value;
      found.push({ name, path: where });
    };
    if (body === null || typeof body !== 'object') return found;
    for (const [key, value] of Object.entries(body)) {
      if (typeof value === 'string' && /refresh.?token/i.test(key)) keep('refreshToken', value, [key]);
      else if (typeof value === 'string' && /^(access.?token|token|jwt|id.?token)$/i.test(key)) keep('token', value, [key]);
      else if (value && typeof value === 'object' && ['string', 'number'].includes(typeof value.id)) keep(idOf(key), value.id, [key, 'id']);
    }
    if (route.method === 'POST' && ['string', 'number'].includes(typeof body.id) && !(data && data.id)) keep(idOf(thingOf(route)), body.id, ['id']);
    return found;
  }

  /** The values that the spec has as variables. */
  given() {
    return Object.fromEntries(Object.entries(this.values).filter(([name]) => !(name in this.made)));
  }

  push(route, what, { where, data, actor, answer, captures = [] }) {
    const key = `${route.method} ${route.url}: ${what}`;
    this.steps.push({ key, what, method: route.method, url: route.url, where, data, actor, status: answer.status, type: answer.type, body: answer.body, captures, values: this.given() });
  }
}

/** A token that only an application which verifies none lets in. */
function fabricated(claims) {
  const part = (each) => Buffer.from(JSON.stringify(each)).toString('base64url');
  return `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: 'unknown-1', kind: 'access', type: 'access', ...claims })}.none`;
}

module.exports = { Walk };
