'use strict';
/**
 * Makes programs of TypeScript; what stands in declarations of packages is read and bound once for all of them.
 *
 * Checkers are not shared: in which order they meet types decides the order in unions, and so what is tried first.
 */
const fs = require('node:fs');

const DECLARATION = /[\\/]node_modules[\\/].*\.d\.[cm]?ts$/;
const known = new WeakMap(); // compiler -> key -> {version, file}

function createProgram(ts, roots, options) {
  const files = known.get(ts) ?? known.set(ts, new Map()).get(ts);
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile;
  host.getSourceFile = (name, how, ...rest) => {
    const stat = DECLARATION.test(name) ? fs.statSync(name, { throwIfNoEntry: false }) : undefined;
    if (!stat) return read.call(host, name, how, ...rest);
    const version = `${stat.mtimeMs} ${stat.size}`;
    const key = `${name} ${how.languageVersion ?? how} ${how.impliedNodeFormat} ${how.jsDocParsingMode}`;
    if (files.get(key)?.version !== version) files.set(key, { version, file: read.call(host, name, how, ...rest) });
    return files.get(key).file;
  };
  return ts.createProgram(roots, options, host);
}

module.exports = { createProgram };
