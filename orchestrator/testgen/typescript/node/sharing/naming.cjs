'use strict';
/** Names for the functions that make what tests share. */

const ROWS = /^(double|clientOf)$/;
const VERB = /^(build|convert|create|describe|fetch|find|get|list|load|make|parse|read|render|resolve|to)(?=[A-Z]|$)/;
const SAYS_NOTHING = /^(data|errors?|results?|values?|body)$/;

/** A name that the file does not have yet: `aCommunity`, `someHeaders`, `asLearner`; undefined where none says anything. */
function nameFor(members, usual, text) {
  const base = signedIn(usual) ?? articled(wordFor(members)) ?? expectedOf(members);
  if (!base || !has(text, base)) return base;
  const body = text.slice(text.indexOf(`function ${base}(`)).split('\n}')[0];
  const own = [...usual.keys()].find((key) => /^\w+$/.test(key) && !has(body, key));
  const name = own ? `${base}With${capital(camel(own))}` : undefined;
  return name && !has(text, name) ? name : undefined;
}

function has(text, name) {
  return new RegExp(`(?<![\\w$])${name}(?![\\w$])`).test(text);
}

/** Headers that say who asks are named for that. */
function signedIn(usual) {
  if (usual.size !== 1 || ![...usual.keys()][0].toLowerCase().includes('authorization')) return undefined;
  const role = /\brole: ['"](\w+)['"]/.exec([...usual.values()][0])?.[1];
  return role ? `as${capital(camel(role))}` : 'asSomebody';
}

function wordFor(members) {
  const roles = members.map((each) => each.role);
  const type = roles.find((each) => each.type)?.type;
  if (type) return type.replace(/(Row|Record|Type|Props|Input)$/, '') || type;
  const { name, isItem } = roles.find((each) => each.name && !SAYS_NOTHING.test(each.name)) ?? {};
  if (name) return isItem ? singular(name) : name;
  const claimed = roles.find((each) => each.claimed)?.claimed;
  return claimed ?? (roles.some((each) => ROWS.test(each.callee ?? '')) ? 'row' : undefined);
}

/** What is claimed of calls is named for what these give: `expectedConfig` of buildConfig(). */
function expectedOf(members) {
  const { called, isItem } = members.find(({ role }) => role.called)?.role ?? {};
  if (!called || !members.every((each) => each.isClaim)) return undefined;
  const word = called === 'json' ? 'body' : called.replace(VERB, '');
  return `expected${capital((isItem ? singular(word) : word) || (isItem ? 'item' : 'result'))}`;
}

function singular(name) {
  return name.replace(/ies$/, 'y').replace(/([^s])s$/, '$1');
}

function articled(word) {
  if (!word) return undefined;
  const name = capital(camel(word));
  if (/[^s]s$/.test(name)) return `some${name}`;
  return `${/^[AEIO]/.test(name) ? 'an' : 'a'}${name}`;
}

function camel(word) {
  return word.replace(/[_\W]+(\w)?/g, (_, letter) => (letter ?? '').toUpperCase());
}

function capital(word) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

module.exports = { nameFor };
