'use strict';
/**
 * Remembers what may stand at a place: it is asked for thousands of times, and the same again and again.
 *
 * Only plain values are remembered. A double is one and the same wherever its node stands, so each place needs its own.
 */
const PLAIN = new Set(['value', 'code', 'list', 'object', 'json', 'map', 'set', 'promise', 'new', 'filled']);

class Options {
  constructor() {
    this.known = new Map(); // subject -> shape -> name -> nodes
  }

  at(subject, shape, name, make) {
    const byName = within(within(this.known, subject), shape);
    const found = byName.get(name);
    if (found) return found;
    const nodes = make();
    if (nodes.every(isPlain)) byName.set(name, nodes);
    return nodes;
  }
}

function within(map, key) {
  const found = map.get(key);
  if (found) return found;
  const made = new Map();
  map.set(key, made);
  return made;
}

function isPlain(node) {
  if (!PLAIN.has(node.t)) return false;
  if (node.of && !isPlain(node.of)) return false;
  if (node.props) return node.props.every(([, each]) => isPlain(each));
  return (node.items ?? node.pairs?.flat() ?? node.args ?? []).every(isPlain);
}

module.exports = { Options };
