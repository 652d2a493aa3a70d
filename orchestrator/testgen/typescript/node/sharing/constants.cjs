'use strict';
/** Gives long texts without words, e.g. signed tokens, a name: a reader looks at what they stand for, not at them. */
const { placeAbove } = require('./objects.cjs');

const LONGEST = 100; // characters
const WORDLESS = /^[\w.+/=-]+$/;
const SIGNED = /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/;

/** The file with a constant above its tests for each such text. */
function withConstants(ts, name, text) {
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const literals = new Map(); // text -> the places where it stands
  const taken = new Set(); // names
  const visit = (node) => {
    if (ts.isIdentifier(node)) taken.add(node.text);
    if (ts.isStringLiteral(node) && node.text.length > LONGEST && WORDLESS.test(node.text)) literals.set(node.text, [...(literals.get(node.text) ?? []), node]);
    ts.forEachChild(node, visit);
  };
  visit(file);
  if (literals.size === 0) return text;
  const edits = [];
  const lines = [];
  for (const [long, places] of literals) {
    const constant = freeName(places.map((each) => heldBy(ts, each)).find(Boolean) ?? (SIGNED.test(long) ? 'token' : 'text'), taken);
    lines.push(`const ${constant} = ${places[0].getText(file)};\n`);
    for (const each of places) edits.push([each.getStart(file), each.end, constant]);
  }
  const place = placeAbove(ts, file);
  edits.push([place, place, `${lines.join('')}\n`]);
  return edits.sort((a, b) => b[0] - a[0]).reduce((made, [start, end, put]) => made.slice(0, start) + put + made.slice(end), text);
}

/** The name of the property that holds a text, where that says what it is. */
function heldBy(ts, node) {
  const { parent } = node;
  const name = ts.isPropertyAssignment(parent) && parent.initializer === node ? parent.name.text : undefined;
  const isClear = name && /^\w+$/.test(name) && (!SIGNED.test(node.text) || /token|jwt/i.test(name));
  return isClear ? name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase()) : undefined;
}

/** A name that the file does not have yet; a property of that name may be written short then, which is as clear. */
function freeName(word, taken) {
  let name = word;
  for (let number = 2; taken.has(name); number += 1) name = `${word}${number}`;
  taken.add(name);
  return name;
}

module.exports = { withConstants };
