'use strict';
/** Bodies that carry files (multipart/form-data): which are tried, how they are made, how tests write them. */
const { stringsFor } = require('../strings.cjs');

const NOTES = { field: 'file', name: 'notes.txt', type: 'text/plain', text: 'Hello, wide world' };
const PHOTO = { field: 'file', name: 'photo.png', type: 'image/png', text: 'a picture' };
const EMPTY = { ...NOTES, text: '' };
const LARGE = { ...NOTES, text: 'x', times: 1_100_000 }; // more than parsers take unless they are told otherwise

/** The forms that a route which reads files is sent; `names` are the fields that it reads beside them. */
function uploadNodes(names) {
  const fields = names.map((name) => [name, stringsFor(name)[0]]);
  const form = (files, given, says) => ({ t: 'upload', files, fields: given, says });
  const others = fields.map(([name]) => form([NOTES], fields.filter(([each]) => each !== name), `without ${name}`));
  return [
    form([NOTES], fields, 'with a text file'),
    form([], fields.length > 0 ? fields : [['note', 'text']], 'without a file'),
    form([PHOTO], fields, 'with an image'),
    form([EMPTY], fields, 'with an empty file'),
    form([NOTES, PHOTO], fields, 'with two files'),
    form([LARGE], fields, 'with a file of more than a megabyte'),
    ...others,
  ];
}

function makeUpload({ files, fields }) {
  const form = new FormData();
  for (const [name, text] of fields) form.append(name, text);
  for (const { field, name, type, text, times = 1 } of files) form.append(field, new Blob([text.repeat(times)], { type }), name);
  return form;
}

/** The lines that make it in a test, under a name; `literal` writes a text. */
function uploadLines({ files, fields }, name, literal) {
  const content = ({ text, times }) => (times ? `${literal(text)}.repeat(${times})` : literal(text));
  return [
    `const ${name} = new FormData();`,
    ...fields.map(([key, text]) => `${name}.append(${literal(key)}, ${literal(text)});`),
    ...files.map((each) => `${name}.append(${literal(each.field)}, new Blob([${content(each)}], { type: ${literal(each.type)} }), ${literal(each.name)});`),
  ];
}

module.exports = { makeUpload, uploadLines, uploadNodes };
