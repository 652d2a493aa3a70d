'use strict';
/** Words for what stands in a request: who asks, what a token that is none looks like, an error that is handled. */

const BROKEN = /(^Bearer |=)a\.b\.c$/;
const OTHER_SCHEME = /^(Basic|Digest|Token|Negotiate) \S/;

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

/** What is wrong with a text that stands where a token is expected. */
function worthlessWords(text) {
  if (OTHER_SCHEME.test(text)) return 'with another scheme than Bearer';
  return BROKEN.test(text) ? 'with a broken token' : 'with a wrong token';
}

/** Who sends a request: "nobody", "somebody unknown", or somebody; where no token is read, nobody minds. */
function askerOf(subject, item) {
  const { credential } = subject.settings;
  if (!credential || isUnread(subject)) return 'somebody';
  const node = partOf(item.args[0], 'headers', credential.header);
  if (!node) return 'nobody';
  return node.t === 'value' ? 'somebody unknown' : 'somebody';
}

/** Say whether a hook alone is asked, which does not look at the token. */
function isUnread({ isProbe, form, settings: { credential } }) {
  return Boolean(isProbe) && credential?.header === 'authorization' && !form.readsToken;
}

function partOf(request, part, name) {
  const found = request?.props?.find(([key]) => key === part)?.[1];
  return name === undefined ? found : found?.props?.find(([key]) => key === name)?.[1];
}

module.exports = { askerOf, errorWords, isUnread, partOf, worthlessWords };
