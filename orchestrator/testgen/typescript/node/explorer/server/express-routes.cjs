'use strict';
/** The routes of an application or a router of Express, found by walking what is stacked in it. */

const MARK = Symbol.for('orchestrate.express');

/**
 * Watch the package: each layer remembers where it was mounted, each route what `note` says of it when it is made, and
 * `failed` is told what handlers throw. Later versions do not keep the path of a mount.
 */
function watchExpress(express, { note, failed }) {
  const proto = express.Router.use ? express.Router : express.Router.prototype;
  const real = (proto[MARK] ??= { use: proto.use, route: proto.route, notes: new WeakMap() });
  proto.use = function use(...given) {
    const before = this.stack.length;
    const result = real.use.apply(this, given);
    const path = [].concat(given[0]).find((each) => typeof each === 'string') ?? '/';
    for (const layer of this.stack.slice(before)) layer.mount = path;
    return result;
  };
  proto.route = function route(...given) {
    const made = real.route.apply(this, given);
    real.notes.set(made, note());
    return made;
  };
  watchErrors(express, real, failed);
  return (made) => real.notes.get(made);
}

function watchErrors(express, real, failed) {
  const router = express.Router();
  router.use(() => undefined);
  const proto = Object.getPrototypeOf(router.stack[0]);
  for (const name of ['handle_error', 'handleError']) {
    if (!proto[name]) continue;
    const answer = (real[name] ??= proto[name]);
    proto[name] = function handled(error, ...rest) {
      if (error instanceof Error || error?.stack) failed(error);
      return answer.call(this, error, ...rest);
    };
  }
}

/** Return the routes below an application or a router: {method, url, path, handlers, route, routers}. */
function routesBelow(app) {
  const found = [];
  walk(stackOf(app), '', [app], found);
  return found;
}

function walk(stack, prefix, routers, found) {
  for (const layer of stack) {
    const { route, handle } = layer;
    if (route) {
      const path = [].concat(route.path).find((each) => typeof each === 'string');
      if (path === undefined) continue;
      const url = joined(prefix, path);
      for (const name of Object.keys(route.methods)) {
        const method = name === '_all' ? 'GET' : name.toUpperCase();
        if (method !== 'HEAD' && method !== 'OPTIONS') found.push({ method, url, path, route, routers, handlers: route.stack.map((each) => each.handle) });
      }
    } else if (Array.isArray(handle?.stack) && routers.length < 8) walk(handle.stack, joined(prefix, layer.mount ?? '/'), [...routers, handle], found);
  }
}

function stackOf(app) {
  if (Array.isArray(app.stack)) return app.stack;
  return (app._router ?? (typeof app.set === 'function' ? laterRouter(app) : undefined))?.stack ?? [];
}

/** Before version 5, asking for `router` was an error. */
function laterRouter(app) {
  try {
    return app.router;
  } catch {
    return undefined;
  }
}

function joined(prefix, path) {
  const whole = `${prefix}/${path}`.replace(/\/{2,}/g, '/').replace(/\{([^}]*)\}/g, '$1');
  return whole.length > 1 ? whole.replace(/\/$/, '') : '/';
}

module.exports = { routesBelow, watchExpress };
