'use strict';
/**
 * Gives objects that many tests of a file repeat a name: {folder, files: {name: {text, types, fields, hasTypes, isNested}}} -> {name: text}.
 *
 * Long texts without words get names as well. What is the same in most of them goes into a function above the tests, which makes a fresh object at each call: what
 * one test changes no other one sees. A test then says in what its object differs from the usual one, and those of its
 * `fields` ({test: {source of an object: [name]}}) that decide what comes out. With
 * `isNested` the parts of such objects get functions as well, whatever their types.
 */
const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');
const { withConstants } = require('./sharing/constants.cjs');
const { nameFor } = require('./sharing/naming.cjs');
const { LONG_CLAIM, objectsOf, placeAbove } = require('./sharing/objects.cjs');
const { withImport } = require('./sharing/importing.cjs');

const MOST = 12; // functions of one file
const LEAST_SAVED = 120; // characters: less is not worth a name
const FEW = 3; // so many are a repetition
const LONG = 200; // characters of an object of which two are one as well

function main(orderFile, resultFile) {
  const order = JSON.parse(fs.readFileSync(orderFile, 'utf8'));
  const ts = createRequire(path.join(order.folder, 'package.json'))('typescript');
  const result = {};
  for (const [name, each] of Object.entries(order.files)) result[name] = shared(ts, name, each);
  fs.writeFileSync(resultFile, JSON.stringify(result));
}

function shared(ts, name, { text, types, fields, hasTypes, isNested }) {
  let made = withConstants(ts, name, text);
  const imported = new Map(); // name of a type -> where it comes from
  for (let count = 0; count < MOST; count += 1) {
    const file = ts.createSourceFile(name, made, ts.ScriptTarget.Latest, true);
    const groups = groupsOf(objectsOf(ts, file, { types, fields, hasTypes, isNested }), made);
    const best = groups.sort((a, b) => b.saved - a.saved)[0];
    if (!best) break;
    made = replaced(ts, file, best, { hasTypes, imported });
  }
  for (const [type, spec] of imported) made = withImport(made, type, spec);
  return made;
}

/** Objects with the same properties for the same sort of place, where a function for them saves enough. */
function groupsOf(objects, text) {
  const groups = new Map();
  for (const each of objects) groups.set(each.sort, [...(groups.get(each.sort) ?? []), each]);
  const found = [...groups.values()].map(measured).filter((each) => each !== undefined);
  return found.map((each) => ({ ...each, name: nameFor(each.members, each.usual, text) })).filter((each) => each.name !== undefined);
}

/** A group with its usual values, without those that differ in most of them; undefined where it saves too little. */
function measured(found) {
  const usual = usualOf(found);
  const isOther = ([key, text]) => usual.get(key) !== text;
  const alike = found.filter(({ props }) => isLike(props, props.filter(isOther)));
  const members = alike.map((each) => ({ ...each, other: each.props.filter((pair) => isOther(pair) || each.deciding.includes(pair[0])) }));
  const length = lengthOf([...usual]);
  if (length < LONG_CLAIM && members.every((each) => each.isClaim)) return undefined;
  if (members.length < (length > LONG ? 2 : FEW)) return undefined;
  const called = members.reduce((sum, each) => sum + 12 + lengthOf(each.other), 0);
  const saved = members.reduce((sum, each) => sum + each.end - each.start, 0) - called - length - 40;
  return saved < LEAST_SAVED ? undefined : { members, usual, saved };
}

function usualOf(found) {
  const usual = new Map();
  for (const [index, [key]] of found[0].props.entries()) {
    const counts = new Map();
    for (const { props } of found) counts.set(props[index][1], (counts.get(props[index][1]) ?? 0) + 1);
    usual.set(key, [...counts].sort((a, b) => b[1] - a[1])[0][0]);
  }
  return usual;
}

function isLike(props, other) {
  return other.length * 2 <= props.length && lengthOf(other) * 2 <= lengthOf(props);
}

function lengthOf(pairs) {
  return pairs.reduce((sum, [key, text]) => sum + key.length + text.length + 4, 0);
}

/** The file with a function for a group above its tests, and calls of it in their places. */
function replaced(ts, file, { members, usual, name }, { hasTypes, imported }) {
  const isVaried = members.some((each) => each.other.length > 0);
  const type = members.find((each) => each.type)?.type;
  if (type) imported.set(type.name, type.spec);
  const given = type ? `given: Partial<${type.name}> = {}` : hasTypes ? 'given: object = {}' : 'given = {}';
  const head = `function ${name}(${isVaried ? given : ''})${type ? `: ${type.name}` : ''} {`;
  const body = [...[...usual].map(([key, text]) => `${key}: ${text}`), ...(isVaried ? ['...given'] : [])].join(', ');
  const edits = members.map(({ start, end, other }) => [start, end, `${name}(${other.length > 0 ? `{ ${other.map(([key, text]) => `${key}: ${text}`).join(', ')} }` : ''})`]);
  const place = placeAbove(ts, file);
  edits.push([place, place, `${head}\n  return { ${body} };\n}\n\n`]);
  return edits.sort((a, b) => b[0] - a[0]).reduce((text, [start, end, put]) => text.slice(0, start) + put + text.slice(end), file.text);
}

module.exports = { main, shared };
