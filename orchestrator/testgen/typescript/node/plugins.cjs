'use strict';
/** Gives plugins their names before Fastify looks for them: it would go through all modules that are loaded, each time. */

const DISPLAY_NAME = Symbol.for('fastify.display-name');

function namePlugins(app) {
  const { register } = app;
  app.register = function named(plugin, ...rest) {
    if (typeof plugin === 'function') plugin[DISPLAY_NAME] ??= plugin.name || 'plugin';
    return register.call(this, plugin, ...rest);
  };
  return app;
}

/** Return the package with the functions that make servers wrapped; `each` gets every server. */
function watchingFastify(real, each) {
  const make = (...args) => each((real.default ?? real)(...args));
  const all = Object.assign(make, real);
  return Object.assign(all, { default: make, fastify: make, __esModule: true });
}

module.exports = { namePlugins, watchingFastify };
