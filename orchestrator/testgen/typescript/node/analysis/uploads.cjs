'use strict';
/** Whether a module reads files out of requests (@fastify/multipart), and which fields beside them. */

const READS = /\b(?:req|request)\.(?:file|files|parts|saveRequestFiles)\(/;
const FIELDS = /\bfields(?:\?)?\.(\w+)|\bfields\[['"](\w+)['"]\]|\bfieldname === ['"](\w+)['"]/g;

/** {fields} of a module that does; undefined for any other. */
function uploadsIn(files) {
  const texts = files.map((each) => each.text);
  if (!texts.some((each) => READS.test(each))) return undefined;
  const found = texts.flatMap((each) => [...each.matchAll(FIELDS)].map((names) => names.slice(1).find(Boolean)));
  return { fields: [...new Set(found)].slice(0, 4) };
}

module.exports = { uploadsIn };
