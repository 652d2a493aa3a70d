'use strict';
/** Says in words what a plugin adds to an answer that a server without it gives as well: headers, and lines of the log. */

const MOST_NAMED = 2;
const MOST_TEXTS = 2;
const LONGEST_TEXT = 44;
const OF_EVERY_LINE = new Set(['level', 'msg', 'err', 'time', 'pid', 'hostname']);

/** The names of headers that one answer has and another one has not, or otherwise. */
function addedTo(plain, headers) {
  return Object.keys(headers).filter((each) => plain[each] !== headers[each]);
}

/** The title of a case that adds headers, perhaps lines of the log as well; `usual` are those that every answer gets. */
function headerWords(seen, added, usual, request) {
  const own = added.filter((each) => !usual.includes(each));
  const names = own.length > 0 ? own : added;
  const given = new Map(request?.props?.map(([key, { v }]) => [key.toLowerCase(), v]));
  const sent = new Map(partsOf(seen, 'headers').props ?? []);
  const isGivenBack = names.length === 1 && given.has(names[0]) && given.get(names[0]) === sent.get(names[0])?.v;
  const words = isGivenBack ? `gives the header ${names[0]} back` : `sets the header${names.length > 1 ? 's' : ''} ${listed(names, MOST_NAMED)}`;
  const logged = keysIn(linesOf(seen));
  return logged.length > 0 ? `${words} and logs ${listed(logged, MOST_NAMED)}` : words;
}

/** The title of a case of which only the log says something. */
function logWords(seen) {
  const lines = linesOf(seen);
  const texts = [...new Set(lines.map((each) => each.get('msg')?.v).filter((each) => typeof each === 'string' && each !== ''))];
  const told = texts.map((each) => `"${each.length > LONGEST_TEXT ? `${each.slice(0, LONGEST_TEXT).replace(/\s+\S*$/, '')} …` : each}"`);
  const keys = keysIn(lines);
  if (told.length === 0) return keys.length > 0 ? `logs ${listed(keys, MOST_NAMED)}` : 'writes to the log';
  return `logs ${listed(told, MOST_TEXTS)}${keys.length > 0 ? ` with ${listed(keys, MOST_NAMED)}` : ''}`;
}

function partsOf(seen, name) {
  return seen.value.props.find(([key]) => key === name)?.[1] ?? {};
}

/** Each line of the log as a map. */
function linesOf(seen) {
  return (partsOf(seen, 'logged').items ?? []).map((each) => new Map(each.props ?? []));
}

/** What all lines tell, the same every time. */
function keysIn([first, ...others]) {
  if (!first) return [];
  return [...first].filter(([key, each]) => !OF_EVERY_LINE.has(key) && each.t === 'value' && others.every((line) => line.has(key))).map(([key]) => key);
}

function listed(names, most) {
  const shown = names.slice(0, most);
  if (names.length > most) return `${shown.join(', ')} and ${names.length - most} more`;
  return shown.join(' and ');
}

module.exports = { addedTo, headerWords, logWords };
