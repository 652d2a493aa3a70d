'use strict';
/**
 * Sends a request to a function that answers HTTP, without a socket: exploring sends thousands, and may reach no network.
 *
 * The answer is of HTTP 1.0, so that its body is not cut into chunks.
 */

/** `core` gives modules of Node's own; `met` is told the request before it is answered. Resolves to {statusCode, headers, body, json}. */
function send(core, app, { method, url, query, headers = {}, payload }, met = () => undefined) {
  const { IncomingMessage, ServerResponse, validateHeaderValue } = core('http');
  for (const [name, value] of Object.entries(headers)) validateHeaderValue(name, value);
  const { Duplex } = core('stream');
  const body = bytesOf(payload);
  const search = query ? `?${new URLSearchParams(Object.entries(query).flatMap(([key, each]) => [].concat(each).map((one) => [key, one])))}` : '';
  const written = [];
  const socket = Object.assign(new Duplex({ read() {}, write(chunk, encoding, done) { written.push(Buffer.from(chunk)); done(); } }), {
    remoteAddress: '127.0.0.1', remotePort: 1, localPort: 80, setTimeout() { return this; }, setKeepAlive() { return this; }, setNoDelay() { return this; },
  });
  const request = Object.assign(new IncomingMessage(socket), { method, url: `${url}${search}`, httpVersion: '1.0', httpVersionMajor: 1, httpVersionMinor: 0, headers: headersOf(headers, payload, body) });
  request.rawHeaders = Object.entries(request.headers).flat();
  if (body) request.push(body);
  request.push(null);
  request.complete = true;
  const response = new ServerResponse(request);
  response.assignSocket(socket);
  met(request);
  return new Promise((resolve, reject) => {
    response.on('finish', () => {
      const raw = Buffer.concat(written);
      const end = raw.indexOf('\r\n\r\n');
      const text = raw.subarray(end + 4).toString();
      const set = { ...response.getHeaders() };
      resolve({ statusCode: response.statusCode, headers: Object.keys(set).length > 0 ? set : headersIn(raw.subarray(0, end).toString()), body: text, json: () => JSON.parse(text) });
    });
    response.on('error', reject);
    app(request, response);
  });
}

/** The headers in the head of an answer: those that were written at once are known nowhere else. */
function headersIn(head) {
  const found = {};
  for (const line of head.split('\r\n').slice(1)) {
    const [, name, value] = /^([^:]+): ?(.*)$/.exec(line) ?? [];
    const key = name?.toLowerCase();
    if (key) found[key] = key in found ? [].concat(found[key], value) : value;
  }
  return found;
}

function bytesOf(payload) {
  if (payload === undefined) return undefined;
  return Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
}

function headersOf(headers, payload, body) {
  const found = Object.fromEntries(Object.entries(headers).map(([key, each]) => [key.toLowerCase(), each]));
  const type = typeof payload === 'string' ? 'text/plain' : 'application/json';
  return { host: '127.0.0.1', ...(body && { 'content-type': type, 'content-length': String(body.length) }), ...found };
}

module.exports = { send };
