'use strict';
/** The words with which a configuration refuses its environment. */

const LONGEST_WORDS = 50; // in a title
const WRITTEN_OTHERWISE = /["\\\p{Cc}]/u; // in JSON

/** What a refusal says; of the issues that a schema lists as JSON that is the first one's. */
function wordsOf({ message }) {
  const pieces = (firstIssue(message)?.message ?? '').split(WRITTEN_OTHERWISE).sort((one, other) => other.length - one.length);
  return pieces[0] || message.split('\n')[0];
}

/** The same for all refusals that only repeat another value. */
function reasonOf(error) {
  const { path, code } = firstIssue(error.message) ?? {};
  return code ? `${[path].flat().join('.')} ${code}` : error.message;
}

function firstIssue(message) {
  try {
    const [issue] = JSON.parse(message);
    return typeof issue.message === 'string' ? issue : undefined;
  } catch {
    return undefined;
  }
}

/** Whole words of a text for a title. */
function shortened(text) {
  return text.length <= LONGEST_WORDS ? text : `${text.slice(0, LONGEST_WORDS).replace(/\s\S*$/, '')} …`;
}

module.exports = { reasonOf, shortened, wordsOf };
