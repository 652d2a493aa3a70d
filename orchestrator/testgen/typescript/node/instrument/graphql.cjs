'use strict';
/** Small changes of definitions in GraphQL's own language: what a schema says is told from what it might say. */
const MOST = 60;
const BLOCK = /\b(type|interface|input|enum)\s+(\w+)[^{}"]*\{([^{}]*)\}/g;
const FIELD = /(\w+)\s*(\([^()]*\))?\s*:\s*([[\]\w!]+)(\s*@\w+)*/g;

/** Return [{kind, at, length, text, line}]; nothing for a text that is no such definition. */
function patchesOf(text) {
  const found = [];
  for (const block of text.matchAll(BLOCK)) {
    const start = block.index + block[0].length - block[3].length - 1;
    found.push(...(block[1] === 'enum' ? ofEnum(block[3], start) : ofFields(block[3], start)));
  }
  return found.slice(0, MOST).map((each) => ({ ...each, line: text.slice(0, each.at).split('\n').length - 1 }));
}

function ofEnum(body, start) {
  const values = [...body.matchAll(/\w+/g)];
  const last = values.at(-1);
  return values.length > 1 && !body.includes('"') ? [{ kind: 'value', at: start + last.index, length: last[0].length, text: '' }] : [];
}

function ofFields(body, start) {
  const fields = [...body.matchAll(FIELD)];
  const found = [];
  const required = fields.find((each) => each[3].endsWith('!'));
  if (required) found.push({ kind: 'nullability', at: start + required.index + required[0].lastIndexOf('!'), length: 1, text: '' });
  const last = fields.at(-1);
  if (fields.length > 1) found.push({ kind: 'field', at: start + last.index, length: last[0].length, text: '' });
  for (const each of fields) {
    const needed = each[2]?.indexOf('!') ?? -1;
    if (needed >= 0) found.push({ kind: 'argument', at: start + each.index + each[0].indexOf(each[2]) + needed, length: 1, text: '' });
    const number = /=\s*(\d+)/.exec(each[2] ?? '');
    if (number) found.push({ kind: 'number', at: start + each.index + each[0].indexOf(number[0]), length: number[0].length, text: `= ${Number(number[1]) + 1}` });
  }
  return found;
}

module.exports = { patchesOf };
