'use strict';
/** The modules of the project that a module uses, and those that they use: what they await is answered by doubles. */
const MOST = 16;
const DEEPEST = 3;

/** `importsOf` gives the imports of a file, undefined where there is no source. Return {files, imports}, the imports being those of the files. */
function usedModules(imports, own, importsOf, { most, deepest } = { most: MOST, deepest: DEEPEST }) {
  const files = new Set();
  const theirs = [];
  let level = imports;
  for (let depth = 0; depth < deepest && files.size < most; depth += 1) {
    const next = [];
    for (const { file } of level) {
      if (file === undefined || own.includes(file) || files.has(file) || files.size >= most) continue;
      const more = importsOf(file);
      if (more === undefined) continue;
      files.add(file);
      next.push(...more);
      theirs.push(...more);
    }
    level = next;
  }
  return { files: [...files], imports: theirs };
}

module.exports = { usedModules };
