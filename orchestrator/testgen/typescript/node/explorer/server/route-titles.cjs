'use strict';
/** What is special about a request, in words: "without a token", "as mentor", "without email", "when nothing is found". */

const LONGEST_VALUE = 24;
const BROKEN = /(^Bearer |=)a\.b\.c$/;
const OTHER_SCHEME = /^(Basic|Digest|Token|Negotiate) \S/;

/** `shown` writes a node for a reader. */
function circumstances(...given) {
  return circumstancesOf(...given).join(' ');
}

/** The same one by one. */
function circumstancesOf(subject, item, seen, shown) {
  const given = whatIsGiven(subject, item, shown);
  const found = [...given, ...whoAsks(subject, item, shown), ...whatIsSent(subject, item, shown).slice(0, 2)];
  const answers = seen.answered.filter((each) => !isWritten(each.node));
  if (seen.answered.some((each) => each.node.isFault)) found.push('when a query fails');
  else if (answers.length > 0 && answers.every((each) => isEmpty(each.node))) found.push('when nothing is found');
  return found;
}

/** What the server is made with, where it differs from what is natural: "with role 'admin'", "for an Error". */
function whatIsGiven(subject, item, shown) {
  const names = subject.params.slice(1).map((each) => each.name);
  const isError = (index) => subject.settings.way.isFailing && index === item.args.length - 2;
  const changes = item.args.slice(1).flatMap((node, index) => (isError(index) ? [`for ${errorWords(shown(node))}`] : changesOf(subject.baseArgs?.[index + 1], node, names[index] ?? 'options', shown)));
  return changes.slice(0, 2);
}

function changesOf(before, node, name, shown) {
  const text = shown(node);
  if (before && shown(before) === text) return [];
  if (node.t === 'value' && node.v === undefined) return [`without ${name}`];
  if (before?.t === 'object' && node.t === 'object') {
    const old = new Map(before.props);
    return node.props.flatMap(([key, each]) => changesOf(old.get(key), each, key, shown));
  }
  return [text.length <= 2 * LONGEST_VALUE ? `with ${name} ${text}` : `with another ${name}`];
}

/** An error in words: "an error with the status 404", "a ZodError". */
function errorWords(text) {
  if (text.includes('validation: [')) return `an error of validation${text.includes(' code: ') ? ' with a code' : ''}`;
  const [, code] = /, \{.* code: '([^']+)' \}\)$/.exec(text) ?? [];
  const [, status] = /, \{ statusCode: (\d+)/.exec(text) ?? [];
  if (code) return `an error with the code ${code}`;
  if (status) return `an error with the status ${status}`;
  const [, name = 'Error'] = /^new (\w+)\(/.exec(text) ?? [];
  return name === 'Error' ? 'any other error' : `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`;
}

function whoAsks(subject, item, shown) {
  const { header } = subject.settings.credential ?? {};
  const before = partOf(subject.base, 'headers', header ?? '');
  const node = partOf(item.args[0], 'headers', header ?? '');
  if (!before && !node) return [];
  if (!node) return subject.settings.credential.isOptional ? [] : ['without a token'];
  if (node.t === 'value') return [worthlessWords(node.v)];
  const role = roleIn(node);
  return role && (!before || role !== roleIn(before)) ? [`as ${role}`] : [];
}

/** What is wrong with a text that stands where a token is expected. */
function worthlessWords(text) {
  if (OTHER_SCHEME.test(text)) return 'with another scheme than Bearer';
  return BROKEN.test(text) ? 'with a broken token' : 'with a wrong token';
}

/** Who sends a request: "nobody", "somebody unknown", or somebody. */
function askerOf(subject, item) {
  const { credential } = subject.settings;
  if (!credential) return 'somebody';
  const node = partOf(item.args[0], 'headers', credential.header);
  if (!node) return 'nobody';
  return node.t === 'value' ? 'somebody unknown' : 'somebody';
}

/** The role among what a token is made of. */
function roleIn(node) {
  const objects = node.of ? [node.of] : node.args ?? [];
  for (const each of objects) {
    const role = each.props?.find(([key]) => /^roles?$/i.test(key))?.[1];
    if (role?.t === 'value') return String(role.v);
  }
  return undefined;
}

function whatIsSent(subject, item, shown) {
  const found = [];
  const header = subject.settings.credential?.header;
  const sent = item.args[0];
  for (const part of ['params', 'query', 'headers', 'payload']) {
    const before = new Map(partOf(subject.base, part)?.props ?? []);
    const now = partOf(sent, part);
    if (now === undefined) {
      if (before.size > 0 && !(part === 'payload' && !subject.form.parts.payload)) found.push(part === 'payload' ? 'without a body' : part === 'query' ? 'without a query' : `without ${part}`);
      continue;
    }
    if (!now.props) {
      if (part === 'payload') found.push(`for the body ${short(shown(now))}`);
      continue;
    }
    const after = new Map(now.props);
    for (const key of before.keys()) if (!after.has(key) && key !== header) found.push(`without ${key}`);
    for (const [key, node] of after) {
      const old = before.get(key);
      if (key === header || (old && shown(old) === shown(node))) continue;
      const text = shown(node);
      found.push(text.length <= LONGEST_VALUE ? `with ${key} ${text}` : old ? `with another ${key}` : `with ${key}`);
    }
  }
  return found;
}

function short(text) {
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}…`;
}

function partOf(request, part, name) {
  const found = request?.props?.find(([key]) => key === part)?.[1];
  return name === undefined ? found : found?.props?.find(([key]) => key === name)?.[1];
}

function isWritten(node) {
  return node.t === 'value' && node.v === undefined && node.shape?.k === 'written';
}

function isEmpty(node) {
  return (node.t === 'value' && (node.v === undefined || node.v === null)) || (node.t === 'list' && node.items.length === 0)
    || (node.t === 'object' && node.props.length > 0 && node.props.every(([, each]) => isEmpty(each)));
}

module.exports = { askerOf, circumstances, circumstancesOf, errorWords, partOf, worthlessWords };
