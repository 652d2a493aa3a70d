'use strict';
/** Adds the import of a type to a test file. */

/** The file with the type imported from a module; nothing is added where it has that name already. */
function withImport(text, name, spec) {
  const head = text.slice(0, text.search(/^(describe|it|test|beforeEach|function)\b/m));
  if (new RegExp(`^import\\b[^;]*[{,\\s]${name}\\b[^;]*;`, 'm').test(head)) return text;
  const same = new RegExp(`^import type \\{ ([^}]*) \\} from '${spec.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}';`, 'm').exec(head);
  if (same) {
    const names = [...same[1].split(', '), name].sort();
    return text.replace(same[0], `import type { ${names.join(', ')} } from '${spec}';`);
  }
  const own = /^import\b[^;]*from '\./m.exec(head) ?? /^import\b/m.exec(head); // above those of the project, behind those of packages
  const at = own ? own.index : text.indexOf('\n') + 1;
  return `${text.slice(0, at)}import type { ${name} } from '${spec}';\n${text.slice(at)}`;
}

module.exports = { withImport };
