'use strict';
/** The words with which a configuration refuses its environment. */

const LONGEST_WORDS = 50; // in a title

/** What a refusal says; of the issues that a schema lists as JSON that is the first one's. */
function wordsOf({ message }) {
  const issue = firstIssue(message);
  if (!issue) return message.split('\n')[0];
  return issue.message.split(/["\\\n]/).sort((one, other) => other.length - one.length)[0]; // these characters are written otherwise there
}

/** The same for all refusals that only repeat another value. */
function reasonOf(error) {
  const { path = [], code } = firstIssue(error.message) ?? {};
  return code ? `${path.join('.')} ${code}` : error.message;
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
