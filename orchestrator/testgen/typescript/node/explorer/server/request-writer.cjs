'use strict';
/** Writes one request: what is sent, and what is asserted of the answer. */
const { braces, literal } = require('../nodes.cjs');
const { expectation } = require('../pictures.cjs');
const { Writer } = require('../writer.cjs');
const { isSent } = require('./requests.cjs');
const { uploadLines } = require('./uploads.cjs');
const { partOf } = require('./request-words.cjs');

class RequestWriter extends Writer {
  constructor(plan, item, seen, withCalls, isLoose) {
    super(plan, item, seen, withCalls, isLoose);
    for (const name of ['app', 'response']) this.taken.add(name);
  }

  /** The line that sends the request. */
  act() {
    const { route } = this.item.subject;
    this.packages();
    return `const response = await app.inject(${braces([['method', literal(route.method)], ['url', this.url(route)], ...this.parts()])})`;
  }

  url(route) {
    const params = new Map(partOf(this.item.args[0], 'params')?.props ?? []);
    return literal(route.url.replace(/:(\w+)(\([^)]*\))?\??|\*/g, (found, name) => encodeURIComponent(String(params.get(name ?? '*')?.v ?? 'x'))));
  }

  parts() {
    const request = this.item.args[0];
    const found = [];
    const query = (partOf(request, 'query')?.props ?? []).filter(([, each]) => !isNothing(each));
    if (query.length > 0) found.push(['query', braces(query.map(([key, each]) => [key, this.asText(each)]))]);
    const headers = (partOf(request, 'headers')?.props ?? []).filter(([, each]) => !isNothing(each));
    if (headers.length > 0) found.push(['headers', braces(headers.map(([key, each]) => [key, this.written(each)]))]);
    const payload = partOf(request, 'payload');
    if (payload && (payload.t !== 'value' || isSent(payload.v))) found.push(['payload', this.written(payload)]);
    return found;
  }

  asText(node) {
    if (node.t === 'list') return `[${node.items.map((each) => this.asText(each)).join(', ')}]`;
    return node.t === 'value' ? literal(String(node.v)) : this.written(node);
  }

  /** A form with files in it is made before it is sent. */
  upload(node) {
    const name = this.free('form');
    this.lines.push(...uploadLines(node, name, literal));
    return name;
  }

  /** A token that the server signs itself. */
  signed(node, claims) {
    return `\`${node.prefix}\${app.jwt.sign(${claims})}\``;
  }

  assertions() {
    const parts = new Map(this.seen.value.props);
    const body = parts.get('body');
    const found = [`expect(response.statusCode).toBe(${expectation(parts.get('status'), braces)});`];
    if (parts.get('headers').props.length > 0) found.push(`expect(response.headers).toMatchObject(${expectation(parts.get('headers'), braces)});`);
    if (body.t === 'value' && typeof body.v === 'string') found.push(`expect(response.body).toBe(${literal(body.v)});`);
    else if (body.t === 'starts' || (body.t === 'any' && body.of === 'String')) found.push(`expect(response.body).toEqual(${expectation(body, braces)});`);
    else found.push(`expect(response.json()).toEqual(${expectation(body, braces)});`);
    if (parts.has('logged')) found.push('await app.close();', `expect(logged).toEqual(${expectation(parts.get('logged'), braces)});`);
    return found.concat(this.withCalls ? this.callAssertions() : []);
  }

  callAssertions() {
    const found = [];
    for (const { node, calls, view } of this.seen.clients) {
      if (!this.names.has(node)) continue;
      this.uses.add(view);
      found.push(`expect(${view}(${this.names.get(node)})).toEqual(${expectation(calls, braces)});`);
    }
    return found;
  }
}

function isNothing(node) {
  return node.t === 'value' && (node.v === undefined || node.v === null);
}

module.exports = { RequestWriter };
