'use strict';
/** Writes a request to an application of Express: with supertest where the project has it, else with `ask` of the doubles. */
const { braces, literal } = require('../nodes.cjs');
const { expectation } = require('../pictures.cjs');
const { RequestWriter } = require('./request-writer.cjs');

class ExpressWriter extends RequestWriter {
  act() {
    this.packages();
    const { route } = this.item.subject;
    const parts = Object.fromEntries(this.parts());
    const url = this.url(route);
    if (this.plan.server.hasSupertest) return this.throughSupertest(route, url, parts);
    const options = [['headers', parts.headers], ['query', parts.query], ['body', parts.payload]].filter(([, each]) => each !== undefined);
    return `const response = await ask(${['app', literal(route.method), url, ...(options.length > 0 ? [braces(options)] : [])].join(', ')})`;
  }

  throughSupertest(route, url, { headers, query, payload }) {
    this.imported.set('request', { package: 'supertest', name: 'default', as: 'request' });
    const steps = [`.${route.method.toLowerCase()}(${url})`];
    if (headers) steps.push(`.set(${headers})`);
    if (query) steps.push(`.query(${query})`);
    if (payload) steps.push(/^['"`]/.test(payload) ? `.type('text/plain').send(${payload})` : `.send(${payload})`);
    return `const response = await request(app)${steps.join('')}`;
  }

  assertions() {
    const parts = new Map(this.seen.value.props);
    const body = parts.get('body');
    const found = [`expect(response.status).toBe(${expectation(parts.get('status'), braces)});`];
    if (parts.get('headers').props.length > 0) found.push(`expect(response.headers).toMatchObject(${expectation(parts.get('headers'), braces)});`);
    if (body.t === 'value' && typeof body.v === 'string') found.push(`expect(response.text).toBe(${literal(body.v)});`);
    else if (body.t === 'starts' || (body.t === 'any' && body.of === 'String')) found.push(`expect(response.text).toEqual(${expectation(body, braces)});`);
    else if (body.t !== 'anything' && body.of !== 'Function') found.push(`expect(response.body).toEqual(${expectation(body, braces)});`);
    return found.concat(this.withCalls ? this.callAssertions() : []);
  }
}

module.exports = { ExpressWriter };
