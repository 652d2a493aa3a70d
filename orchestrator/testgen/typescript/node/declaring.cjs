'use strict';
/**
 * The files of a project that add to the types of other modules: `declare module 'fastify' { … }`, `declare global { … }`.
 *
 * Nothing has to import them for the project's own compiler to know what they say, so whoever reads a single module
 * reads them as well.
 */
const fs = require('node:fs');

const MOST_FILES = 3000;

/** Return those of a project's files that declare for others, declaration files among them. */
function declaringFiles(names) {
  return names.filter((each, index) => each.endsWith('.d.ts') || (index < MOST_FILES && declares(each)));
}

function declares(name) {
  try {
    return /^\s*declare\s+(module\s+['"]|global\b)/m.test(fs.readFileSync(name, 'utf8'));
  } catch {
    return false; // it was there when the project was read
  }
}

module.exports = { declaringFiles };
