'use strict';
/** Which routes a flow consists of, and in which order: those that its words name, and what has to happen before. */
const fs = require('node:fs');
const path = require('node:path');

const MOST = 12; // routes of one flow
const STEM = 5; // letters of a word that have to agree: registration and register, matching and matches

const stem = (word) => word.toLowerCase().slice(0, STEM);
const parts = (url) => url.split('/').filter(Boolean);
const isParam = (part) => part.startsWith(':') || part.startsWith('*');
const parentOf = (url) => `/${parts(url).slice(0, -1).join('/')}`;

/** The routes of a flow in the order in which they are asked; empty when nothing fits the words. */
function chooseFlow(routes, order) {
  const targets = fitting(routes, order.words.map(stem), order.root);
  if (targets.length === 0) return [];
  const chosen = new Set();
  for (const target of targets) {
    for (const ancestor of ancestors(target, routes)) chosen.add(ancestor);
    chosen.add(target);
    const parent = parentOf(target.url);
    if (parent !== '/' && !parts(parent).some(isParam)) {
      for (const each of routes) if (each.file === target.file && parentOf(each.url) === parent && !parts(each.url).some(isParam)) chosen.add(each);
    }
  }
  return sorted([...chosen], routes).slice(0, MOST);
}

/** The routes that fit best: by their paths, else by their handlers, else by what their modules import. */
function fitting(routes, stems, root) {
  const looks = [
    (route) => parts(route.url).filter((part) => !isParam(part)).join(' '),
    (route) => route.source,
    (route) => path.basename(route.file),
    (route) => imported(path.join(root, route.file)),
  ];
  for (const [level, look] of looks.entries()) {
    const counts = routes.map((route) => stems.map((each) => occurrences(look(route).toLowerCase(), each)));
    const scores = counts.map((each) => each.filter(Boolean).length * 1000 + each.reduce((sum, one) => sum + one, 0));
    const kinds = counts.map((each) => each.filter(Boolean).length);
    const most = Math.max(0, ...kinds);
    if (most === 0) continue;
    const best = Math.max(...scores);
    return routes.filter((_, index) => (level < 2 ? kinds[index] === most : scores[index] === best));
  }
  return [];
}

const occurrences = (text, word) => text.split(word).length - 1;

/** The texts of the project's modules that a module imports, together. */
function imported(file) {
  let text;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
  const found = [...text.matchAll(/(?:from|require\()\s*['"](\.[^'"]+)['"]/g)].map(([, spec]) => path.resolve(path.dirname(file), spec.replace(/\.[cm]?js$/, '')));
  return found.map((base) => ['', '.ts', '.js', '.mjs', '/index.ts', '/index.js'].map((end) => base + end).find((each) => fs.existsSync(each) && fs.statSync(each).isFile())).filter(Boolean).map((each) => fs.readFileSync(each, 'utf8')).join('\n');
}

/** What makes the things that the parameters of a path stand for, outermost first. */
function ancestors(target, routes) {
  const found = [];
  const all = parts(target.url);
  all.forEach((part, index) => {
    if (index === 0 || !isParam(part)) return;
    const maker = makerOf(`/${all.slice(0, index).join('/')}`, routes);
    if (maker && maker !== target) found.push(maker);
  });
  return found;
}

function makerOf(collection, routes) {
  return routes.find((each) => each.method === 'POST' && each.url === collection);
}

/** The route that makes a thing by its name: `community` -> POST /api/communities. */
function makerOfThing(thing, routes) {
  return routes.find((each) => each.method === 'POST' && !isParam(parts(each.url).at(-1) ?? ':') && singularOf(parts(each.url).at(-1)) === thing);
}

const singularOf = (word) => word.replace(/ies$/, 'y').replace(/s$/, '');

function sorted(chosen, routes) {
  const place = new Map(routes.map((each, index) => [each, index]));
  const rank = (route) => {
    if (route.method === 'DELETE') return 3;
    const makes = route.method === 'POST' && routes.some((each) => each.url.startsWith(`${route.url}/:`));
    return makes ? 0 : route.method === 'GET' && isParam(parts(route.url).at(-1) ?? '') ? 1 : 2;
  };
  return chosen.sort((a, b) => rank(a) - rank(b) || place.get(a) - place.get(b));
}

const ENTRANCE = {
  register: /(^|\/)(register|sign-?up|registration|users)$/i,
  login: /(^|\/)(log-?in|sign-?in|sessions?|tokens?|authenticate)$/i,
};

/** The routes with which a new user gets a token. */
function entrances(routes) {
  const posts = routes.filter((each) => each.method === 'POST');
  return { register: posts.find((each) => ENTRANCE.register.test(each.url)), login: posts.find((each) => ENTRANCE.login.test(each.url)) };
}

module.exports = { chooseFlow, entrances, isParam, makerOfThing, parts, singularOf };
