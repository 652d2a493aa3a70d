'use strict';
/** Strings that a person would try: by the name of what they are for, and out of regular expressions. */

const BY_NAME = [
  [/^sub$/, ['user-1', 'other-2']],
  [/e?mail/i, ['ada@example.com', 'not an address']],
  [/origin/i, ['https://example.com', 'http://localhost:3000']],
  [/url|uri|link|address|href/i, ['https://example.com/path?x=1', 'http://user:secret@localhost:5432/name', 'redis://localhost:6379/1']],
  [/phone/i, ['+1 555 0100']],
  [/password|passphrase/i, ['Correct-horse-7', 'short']],
  [/secret/i, ['JBSWY3DPEHPK3PXP', 'a-secret-that-is-long-enough-for-signing']],
  [/token|jwt/i, ['token', 'a.b.c']],
  [/header|authorization/i, ['Bearer a.b.c', 'Basic YTpi']],
  [/(^|_)(at|on|from|until|since|date|day|time)$|[a-z](At|On|Date|Day|Time|From|Until)$|^(at|date|day|time|now)$/, ['2024-01-31T12:30:00.000Z', '2024-02-29', '2023-12-31T23:59:59.000Z', 'not a date']],
  [/hash|digest/i, ['0'.repeat(64), 'ab'.repeat(32)]],
  [/slug/i, ['a-slug']],
  [/path|file/i, ['folder/file.txt']],
  [/code/i, ['123456']],
  [/ip$/i, ['127.0.0.1']],
  [/colou?r/i, ['#336699']],
  [/locale|lang/i, ['en-US']],
  [/^(actor|author|sender|recipient)$/i, ['Ada Lovelace']],
  [/^(place|city|town)$/i, ['London']],
  [/^device$/i, ['a laptop']],
  [/title|name/i, ['Grace Hopper']],
  [/text|body|content|message|comment|description|source|markdown|input/i, ['Hello, wide world']],
];
const PLAIN = ['Hello World', '', ' a  b ', 'abc', '123', 'ABC', 'a,b', 'über', '<b>&"\'', 'x'.repeat(70), 'one two three four five six seven eight nine ten eleven twelve thirteen'];

/** What is said by the names around a parameter, e.g. of its function, its class or its file. */
const BY_SURROUNDINGS = [
  [/url|uri|href|slash|protocol|host|domain|origin/i, ['https://user:secret@example.com:8080/a/b?x=1&x=2&y=%20z#part', '//example.com/a/', '/a/b/', './a', '?a=1&b=2', '#part', 'mailto:ada@example.com', 'javascript:alert(1)', 'example.com:80']],
  [/quer(y|ies)|search/i, ['?a=1&a=2&b=&c', 'a=%20b&c[]=1']],
  [/auth|credential/i, ['user:secret']],
  [/path|file|folder|dir/i, ['/a/b/../c.txt', 'C:\\a\\b.txt', './a/.b']],
  [/json|parse|destr/i, ['{"a":1,"b":[true,null]}', '[1,2]', '"text"', 'true', 'null', '-1.5e3', '{"a":']],
  [/colou?r/i, ['#336699', '#fff', 'rgb(1, 2, 3)']],
  [/semver|version/i, ['1.2.3', 'v2.0.0-beta.1+5']],
  [/case|word|slug|capital|title/i, ['fooBar-baz_QUX 9', 'Ünï code']],
  [/html|markup|escape/i, ['<p class="a">x &amp; y</p>']],
  [/duration|interval|^ms$|seconds/i, ['2 days', '1.5h', '-3 min', '100']],
  [/e?mail/i, ['ada@example.com']],
];

/** Return strings that fit where a parameter stands: `words` are the names around it. */
function stringsAround(words) {
  return BY_SURROUNDINGS.filter(([pattern]) => pattern.test(words)).flatMap(([, found]) => found);
}

/** Return strings for a name, the most natural one first. */
function stringsFor(name) {
  const words = name.replace(/^_+|_+$/g, '').replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
  if (/(^|_)ids?$/.test(words)) return [`${words.replace(/_?ids?$/, '').replace(/_/g, '-') || 'id'}-1`, 'other-2', ...PLAIN.slice(1, 3)];
  const found = BY_NAME.find(([pattern]) => pattern.test(name));
  const own = found ? found[1] : [words.replace(/_/g, ' ') || 'text'];
  return [...own, ...PLAIN];
}

/** Return strings that a regular expression matches, made by walking through its parts. */
function matching(pattern, random) {
  const inner = /^\/(.*)\/[a-z]*$/s.exec(pattern)?.[1] ?? pattern;
  try {
    return [sample(inner, random, 1), sample(inner, random, 2), sample(inner, random, 3)];
  } catch {
    return [];
  }
}

function sample(source, random, many) {
  const reader = { source, at: 0, random, many, groups: [] };
  const text = alternatives(reader);
  return new RegExp(source, 'u').test(text) || new RegExp(source).test(text) ? text : text.trim();
}

function alternatives(reader) {
  const options = [sequence(reader)];
  while (reader.source[reader.at] === '|') {
    reader.at += 1;
    options.push(sequence(reader));
  }
  return options[Math.floor(reader.random() * options.length)];
}

function sequence(reader) {
  let out = '';
  while (reader.at < reader.source.length && !'|)'.includes(reader.source[reader.at])) out += repeated(reader);
  return out;
}

function repeated(reader) {
  const start = reader.at;
  let text = atom(reader);
  const end = reader.at;
  const count = times(reader);
  if (count === 1) return text;
  text = '';
  const after = reader.at;
  for (let index = 0; index < count; index += 1) {
    reader.at = start;
    text += atom(reader);
  }
  reader.at = Math.max(after, end);
  return text;
}

function times(reader) {
  const [found, low, comma, high] = /^\{(\d+)(,?)(\d*)\}/.exec(reader.source.slice(reader.at)) ?? [];
  let count = 1;
  if (found) {
    count = comma && !high ? Number(low) + reader.many - 1 : Math.min(Number(high || low), Number(low) + reader.many - 1);
    reader.at += found.length;
  } else if ('*+?'.includes(reader.source[reader.at] ?? ' ')) {
    count = { '*': reader.many - 1, '+': reader.many, '?': reader.many > 1 ? 1 : 0 }[reader.source[reader.at]];
    reader.at += 1;
  }
  if (reader.source[reader.at] === '?') reader.at += 1;
  return count;
}

function atom(reader) {
  const character = reader.source[reader.at];
  reader.at += 1;
  if (character === '(') return group(reader);
  if (character === '[') return oneOf(reader);
  if (character === '\\') return escaped(reader);
  if (character === '.') return 'x';
  return '^$'.includes(character) ? '' : character;
}

function group(reader) {
  const [found] = /^\?(?::|=|!|<=|<!|<\w+>)/.exec(reader.source.slice(reader.at)) ?? [''];
  reader.at += found.length;
  const text = alternatives(reader);
  reader.at += 1;
  if (!found || found.startsWith('?<') && /\w>$/.test(found)) reader.groups.push(text);
  return /[=!]$/.test(found) ? '' : text;
}

function escaped(reader) {
  const character = reader.source[reader.at];
  reader.at += 1;
  if (/[1-9]/.test(character)) return reader.groups[Number(character) - 1] ?? '';
  if (character === 'p' || character === 'P') {
    const [found] = /^\{[^}]*\}/.exec(reader.source.slice(reader.at)) ?? [''];
    reader.at += found.length;
    return /N/.test(found) ? '7' : 'w';
  }
  return { d: '7', w: 'w', s: ' ', S: 'w', D: 'x', W: '-', b: '', B: '', n: '\n', t: '\t', r: '\r' }[character] ?? character;
}

function oneOf(reader) {
  const negated = reader.source[reader.at] === '^';
  let end = reader.at;
  while (end < reader.source.length && reader.source[end] !== ']') end += reader.source[end] === '\\' ? 2 : 1;
  const inner = reader.source.slice(reader.at, end);
  reader.at = end + 1;
  const test = new RegExp(`[${inner}]`);
  const pool = negated ? 'abcXYZ 12-_./' : 'abcdefghijklmnopqrstuvwxyzABCDEF0123456789-_.+* #@/:=!?,';
  const fits = [...pool].filter((each) => test.test(each));
  return fits.length > 0 ? fits[Math.floor(reader.random() * Math.min(fits.length, 40))] : inner.replace(/\\/g, '')[0] ?? '';
}

module.exports = { matching, stringsAround, stringsFor };
