'use strict';
/** Says in words in what a case differs from an ordinary one: "without email", "when the user is not found". */
const { isStructural, named, plural, singular } = require('./condition-names.cjs');
const { isFree } = require('./decisive-fields.cjs');
const { leavesOf } = require('./differences.cjs');
const { durationOf, isTime } = require('./features.cjs');
const { errorWords, worthlessWords } = require('./server/request-words.cjs');

const LONGEST_VALUE = 24;
const HOLDERS = new Set(['rows', 'data', 'items', 'records', 'docs']); // in which drivers give what was found
const PLAIN = /^((?:(?:for|with) [\w$-]+|when the [\w' ]+ is) )['"].*['"]$/; // words for a text under a name
const TIME = /^'\d{4}-\d\d-\d\dT[\d:.]+Z'$/; // is told whole
const DATED = /^\d{4}-\d\d-\d\d/;
const CIPHER = /^[\w+/=-]{32,}$/; // a hash, a token: its length says nothing
const STATE = /^(is[_A-Z]\w*|\w*ed)$/; // "archived", "is_open"
const ID = /^[a-z]+-\d$/; // nobody is told which one
const MOST_PARTS = 2; // of an object that are told one by one

/**
 * The words for the spots of a case: {deciding, others}; undefined where it was compared with nothing.
 *
 * `shown` writes a node for a reader. `natural` are the spots in which it differs from what is tried first: they tell
 * it from others of the same title, and are all that is known of a case that was compared with no ordinary one.
 * `answered` are the queries that were answered. What only changes the way is told where nothing changes the outcome.
 */
function conditionsOf(item, plan, shown, natural = [], answered = []) {
  const { why } = item;
  const fields = (item.fields ?? []).filter((each) => each.isTold);
  if (!why && natural.length === 0 && fields.length === 0) return undefined;
  const words = (spot) => wordsFor(spot, { item, plan, shown, answered });
  const say = (spots) => [...new Set(spots.flatMap((each) => (each.partner ? ofPair(each, words, plan.facts) : [words({ ...each, isAlone: true })])).filter(Boolean))];
  const told = (why?.filter((each) => each.decides && !each.isPartner) ?? natural).sort((a, b) => rankOf(a) - rankOf(b));
  const outcome = told.filter((each) => !each.isWay).flatMap((each) => inParts(each, fields));
  const kept = told.filter((each) => each.isKept && each.to?.v !== false);
  const known = outcome.length > 0 ? outcome : fields.length + kept.length > 0 ? [...fields.slice(0, MOST_PARTS), ...kept] : told;
  const deciding = say(known);
  const others = say([...told, ...fields, ...(why?.filter((each) => !each.decides) ?? []), ...natural]);
  return { deciding, others: others.filter((each) => !deciding.includes(each)) };
}

/** A row that stands where nothing else does is told by those of its fields that decide. */
function inParts(spot, fields) {
  if (spot.path[0] !== 'answers' || !isNothing(spot.from) || isNothing(spot.to)) return [spot];
  const below = fields.filter(({ path }) => path.length > spot.path.length && spot.path.every((each, at) => each === path[at]));
  return below.length > 0 ? below.slice(0, MOST_PARTS) : [spot];
}

/** What tells most comes first: what fails, what is not there. */
function rankOf({ path: [part], to }) {
  if (part === 'answers') return to?.isFault ? 0 : isNothing(to) || (to.t === 'list' && to.items.length === 0) ? 1 : 3;
  return isNothing(to) ? 2 : 3;
}

function wordsFor(spot, { item, plan, shown, answered }) {
  const [part, index, ...rest] = spot.path;
  if (part === 'answers') return ofAnswer(spot, rest, askedAt(index, item, plan, answered), shown);
  const { subject } = item;
  const name = spot.to === undefined ? missingAt(spot.path, item) : nameAt(spot.path, subject);
  if (spot.to?.t === 'result') return isNothing(spot.from) ? '' : ofResult(spot.to, name, item.steps);
  if (part === 'args' && index === 0 && subject.form) return ofRequest(spot, rest, item, shown);
  if (part === 'args' && subject.settings?.way?.isFailing && index === item.args.length - 1) return `for ${errorWords(shown(item.args[index]))}`;
  const callee = calleeIn(spot, rest, nameAt([part, index], subject));
  if (callee) return ofCallee(spot, callee, shown);
  return ofValue(spot, name, rest.every(isStructural), shown);
}

/** What a place below an input is called. */
function nameAt([part, index, ...rest], subject) {
  const params = (part === 'ctor' ? subject.ctor : subject.params) ?? [];
  return rest.filter((each) => !isStructural(each)).at(-1) ?? params[Math.min(index, params.length - 1)]?.name ?? 'input';
}

/** What is not there, with what it would stand in where something else has its name. */
function missingAt(path, item) {
  const [part, index, ...rest] = path;
  const keys = [nameAt([part, index], item.subject), ...rest.filter((each) => !isStructural(each))];
  const isThere = [...leavesOf({ ctor: [], answers: [], ...item })].some(({ path: other }) => other.length > 2 && other.at(-1) === keys.at(-1));
  return isThere ? keys.slice(-2).join('.') : keys.at(-1);
}

/** What an earlier call gave, in the place of something else. */
function ofResult({ step, path }, name, steps) {
  const key = path.at(-1);
  const told = `the ${typeof key === 'string' ? named(key) : 'result'} that ${steps[step].member} gave`;
  return key === name ? `for ${told}` : `for ${name} equal to ${told}`;
}

/** Two inputs that are compared: of texts whether they are the same, else both of them; so also of the words of a type. */
function ofPair({ partner: { path, node, isAsker }, ...spot }, words, { strings }) {
  const said = words(spot);
  const other = words({ path, from: undefined, to: node });
  if (typeof node.v !== 'string' || !isFree(node)) return [said, other];
  if (isAsker) return [said.replace(PLAIN, (_, before) => `${before}${node.v === spot.to.v ? '' : 'not '}that of the user who asks`)];
  const name = nameIn(other);
  const isSame = node.v === spot.to.v;
  const isClear = name && nameIn(said) && name !== nameIn(said) && (isSame || !(strings.includes(spot.to.v) || DATED.test(spot.to.v))); // else the value itself says more
  return [isClear ? said.replace(PLAIN, (_, before) => `${before}${isSame ? 'equal to' : 'other than'} ${name}`) : said];
}

function nameIn(words) {
  return PLAIN.exec(words)?.[1].replace(/^(for|with|when) | is $| $/g, '');
}

/** The name of a function that is given and answers otherwise, with what stands below its answer. */
function calleeIn({ from, to }, path, top) {
  const at = path.lastIndexOf('returns');
  const isWhole = [from, to].some((each) => each?.t === 'fn');
  if (at < 0 && !isWhole) return undefined;
  const above = (at < 0 ? path : path.slice(0, at)).filter((each) => !isStructural(each));
  return { name: above.at(-1) ?? top, below: at < 0 ? [] : path.slice(at + 1).filter((each) => !isStructural(each)) };
}

function ofCallee({ from, to }, { name, below }, shown) {
  if (to === undefined) return below.length > 0 ? `when ${name} gives no ${below.at(-1)}` : `without ${name}`;
  if (to.t === 'fn') {
    if (isTime(to.returns?.v)) return ofClock(to);
    if (to.throws) return `when ${name} fails`;
    return from === undefined ? `with ${name}` : `when ${name} returns ${briefly(to.returns, shown)}`;
  }
  return below.length > 0 ? `when ${name} gives ${below.at(-1)} ${briefly(to, shown)}` : `when ${name} returns ${briefly(to, shown)}`;
}

/** What a clock shows that is given: how much time passes, if any does. */
function ofClock({ returns, later }) {
  const passed = isTime(later?.v) ? later.v - returns.v : 0;
  if (passed <= 0) return '';
  const words = durationOf(passed);
  return `when ${words} ${words.startsWith('1 ') ? 'passes' : 'pass'}`;
}

function briefly(node, shown) {
  if (node === undefined || (node.t === 'value' && node.v === undefined)) return 'nothing';
  if (node.t === 'list' && node.items.length === 0) return 'an empty list';
  const text = shown(node);
  return text.length <= LONGEST_VALUE ? text : 'something else';
}

/** A query that is answered otherwise. */
function ofAnswer({ from, to, isAlone }, path, { name, asked, isWrite, whose }, shown) {
  const keys = path.filter((each) => !isStructural(each) && !HOLDERS.has(each));
  const one = whose ? `${ownerOf(whose)}'s ${named(singular(name) || 'row')}` : name || keys.length > 0 ? `the ${named(singular(name) || 'row')}` : '';
  if (keys.length > 0 && isAlone && from === undefined && ID.test(to?.v)) return one ? `when ${one} is found` : '';
  if (keys.length > 0) return ofColumn(to, keys.at(-1), { one, whose }, shown);
  if (to?.isFault) return asked ? `when the query for ${named(plural(asked))} fails` : 'when a query fails';
  if (to?.t === 'value' && to.v === 0) return asked ? `when no ${named(singular(asked))} is ${isWrite ? 'changed' : 'found'}` : 'when nothing is changed';
  if (isNothing(to)) return one ? `when ${one} is not found` : 'when nothing is found';
  if (to.t === 'list' && to.items.length === 0) return name ? `when there are no ${named(plural(name))}` : 'when nothing is found';
  if (to.t === 'list') return `with ${to.items.length} ${to.items.length === 1 ? named(singular(name) || 'row') : named(plural(name) || 'rows')}`;
  if (isNothing(from)) return one ? `when ${one} is found` : 'when something is found';
  const text = shown(to);
  return text.length <= LONGEST_VALUE && to.t === 'value' ? `when the answer is ${text}` : '';
}

/** Who is known by an id: "the actor" of `actorId`. */
function ownerOf(name) {
  const [, owner] = /^(\w+?)(?:Id|_id)$/.exec(name) ?? [];
  return owner ? `the ${named(owner)}` : name;
}

/** A column of a row: "when the membership's status is 'pending'". */
function ofColumn(to, key, { one, whose }, shown) {
  if (isNothing(to)) return `when ${one} has no ${named(key)}`;
  if (typeof to.v === 'boolean' && STATE.test(key)) return `when ${one} is ${to.v ? '' : 'not '}${named(key.replace(/^is_?/, '')).trim()}`;
  const text = shown(to);
  if (text.length > LONGEST_VALUE) return `with another ${named(key)} of ${one}`;
  return whose ? `when the ${named(key)} of ${one} is ${text}` : `when ${one}'s ${named(key)} is ${text}`;
}

function isNothing(node) {
  return node === undefined || (node.t === 'value' && (node.v === undefined || node.v === null));
}

/** Say whether nothing is sent in a part of a request. */
function isBare(node) {
  return isNothing(node) || node.props?.length === 0;
}

/** Something else in a request: who asks, or what is sent. */
function ofRequest(spot, path, item, shown) {
  const { credential } = item.subject.settings;
  const [part, name, ...rest] = path;
  if (part === undefined) return '';
  if (spot.to?.says) return spot.to.says;
  if (part === 'headers' && credential && (name === credential.header || (name === undefined && !spot.to))) return ofAsker(spot, rest, shown);
  if (name === undefined && [spot.from, spot.to].every(isBare)) return '';
  if (name === undefined && isNothing(spot.from) && isSmall(spot.to)) return ofParts(spot.to, shown);
  if (name === undefined) return isNothing(spot.to) ? (part === 'payload' ? 'without a body' : `without ${part === 'query' ? 'a query' : part}`) : part === 'payload' && !spot.to.props ? `for the body ${briefly(spot.to, shown)}` : `with another ${part === 'payload' ? 'body' : part}`;
  const keys = [name, ...rest].filter((each) => !isStructural(each));
  const missing = spot.to === undefined && missingAt(spot.path, item).replace(/^payload\./, 'body.');
  return ofValue(spot, missing || (keys.at(-1) ?? part), false, shown);
}

function ofAsker({ from, to }, rest, shown) {
  const keys = rest.filter((each) => !isStructural(each));
  if (keys.length > 0) {
    if (/^roles?$/i.test(keys.at(-1))) return `for a user with ${isNothing(to) ? 'no role' : `the role ${shown(to).replace(/^'|'$/g, '')}`}`;
    return /(^|_)(id|sub)$|Id$/i.test(keys.at(-1)) ? 'for another user' : isNothing(to) ? `with a token without ${keys.at(-1)}` : `with a token with ${keys.at(-1)} ${briefly(to, shown)}`;
  }
  if (isNothing(to)) return 'without a token';
  if (isNothing(from)) return 'with a token';
  if (to.t === 'value') return worthlessWords(to.v);
  return 'with another token';
}

/** Something else under a name. */
function ofValue({ from, to, isAlone, rank }, name, isTop, shown) {
  if (to === undefined || (to.t === 'value' && to.v === undefined)) return `without ${name}`;
  if (to.t === 'value' && to.v === '') return `with an empty ${name}`;
  if (to.t === 'list') return ofList(to, name, isTop, shown);
  if (isAlone && from === undefined && !isTop && ID.test(to.v)) return `with ${one(name)}`;
  const text = shown(to);
  if ((text.length <= LONGEST_VALUE || TIME.test(text)) && !['stub', 'fn', 'client'].includes(to.t)) return `${isTop ? 'for' : 'with'} ${name} ${text}`;
  if (to.t === 'value' && CIPHER.test(to.v)) return rank !== undefined ? '' : from === undefined && isAlone ? `with ${one(name)}` : `with another ${name}`;
  if (to.t === 'value' && typeof to.v === 'string') return `with ${one(name)} of ${to.v.length} characters`;
  if (from === undefined && isSmall(to)) return ofParts(to, shown);
  return from === undefined ? `with ${name}` : `with another ${name}`;
}

/** How many of them there are; under the name of one thing, what the list is. */
function ofList(list, name, isTop, shown) {
  const count = list.items.length;
  if (name !== singular(name)) return `with ${count === 0 ? 'no' : count === 1 ? 'one' : count} ${count === 1 ? singular(name) : plural(name)}`;
  const text = shown(list);
  if (count === 0) return `with an empty list as ${name}`;
  return text.length <= LONGEST_VALUE ? `${isTop ? 'for' : 'with'} ${name} ${text}` : `with a list of ${count === 1 ? 'one' : count} as ${name}`;
}

function one(name) {
  return `${/^[aeio]/i.test(name) ? 'an' : 'a'} ${name}`;
}

function isSmall(node) {
  return node?.t === 'object' && node.props.length > 0 && node.props.length <= MOST_PARTS;
}

/** What stands in an object where there is none otherwise. */
function ofParts(node, shown) {
  return node.props.map(([key, each]) => ofValue({ from: undefined, to: each }, key, false, shown)).join(' and ').replace(/ and with /g, ' and ');
}

/** What a query is for: as the source calls it, else the type of what comes, else the table; and for whom where it is asked twice. */
function askedAt(key, { subject, args, answers }, plan, answered) {
  const siteOf = (each) => each.slice(0, each.lastIndexOf(':'));
  const known = plan.siteNames?.[siteOf(key)] ?? { name: '', asked: '', isWrite: false };
  const { query } = answered.find((each) => each.key === key) ?? {};
  const called = answers.get(key)?.called ?? '';
  const type = /^[A-Z]\w*$/.test(called) ? called[0].toLowerCase() + called.slice(1) : '';
  const isAgain = answered.some((each) => each.key !== key && siteOf(each.key) === siteOf(key));
  return { ...known, name: known.name || type || tableOf(query), whose: isAgain ? ofWhom(query, subject, args) : '' };
}

/** The table of a query that begins with it: `db('users')`. */
function tableOf(query) {
  const [[table, ...rest]] = query?.length > 0 ? query : [['']];
  return rest.length === 0 && /^\w+$/.test(table) ? singular(table) : '';
}

/** The name of the last argument by which a query asks. */
function ofWhom(query, { params = [] }, args) {
  const asked = (query ?? []).filter(([word]) => word === 'where').flatMap(([, where]) => (where !== null && typeof where === 'object' ? Object.values(where) : []));
  const index = args.findLastIndex((each) => each.t === 'value' && typeof each.v === 'string' && asked.includes(each.v));
  return params[index]?.name ?? '';
}

module.exports = { conditionsOf };
