'use strict';
/**
 * What the project itself leaves out of its coverage: `istanbul ignore next`, `c8 ignore next 3`, `v8 ignore start` to `stop`.
 *
 * Nobody is asked to test what its author said is not to be counted, e.g. what answers signals of the process.
 */
const COMMENT = /\/[*/]\s*(?:istanbul|c8|v8|node:coverage) ignore (next|start|stop)(?:\s+(\d+))?\b/g;

/** Return what says of a statement or a member of a class whether it is left out. */
function ignoredIn(ts, file) {
  const hints = [...file.text.matchAll(COMMENT)].map(({ index, 0: text, 1: kind, 2: count }) => ({ kind, count: Number(count ?? 1), begin: index, end: index + text.length }));
  if (hints.length === 0) return () => false;
  const ranges = rangesOf(file, hints);
  const follows = (node) => (ts.getLeadingCommentRanges(file.text, node.pos) ?? []).some(({ pos, end }) => hints.some((each) => each.kind === 'next' && each.count === 1 && each.begin >= pos && each.end <= end));
  return (node) => (ts.isStatement(node) && !ts.isBlock(node)) || ts.isClassElement(node) ? follows(node) || isWithin(node.getStart(file), ranges) : false;
}

/** Return [begin, end] of what lies between `start` and `stop`, and of lines that are counted. */
function rangesOf(file, hints) {
  const found = [];
  let open;
  for (const { kind, count, begin, end } of hints) {
    if (kind === 'start') open ??= begin;
    if (kind === 'stop' && open !== undefined) {
      found.push([open, begin]);
      open = undefined;
    }
    if (kind !== 'next' || count === 1) continue;
    const starts = file.getLineStarts();
    const { line } = file.getLineAndCharacterOfPosition(end);
    found.push([starts[line + 1] ?? end, starts[line + 1 + count] ?? file.text.length]);
  }
  return open === undefined ? found : [...found, [open, file.text.length]];
}

function isWithin(position, ranges) {
  return ranges.some(([begin, end]) => position >= begin && position < end);
}

module.exports = { ignoredIn };
