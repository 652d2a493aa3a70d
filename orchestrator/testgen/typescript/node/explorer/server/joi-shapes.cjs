'use strict';
/** Turns schemas of Joi into shapes, by what they describe themselves as (`schema.describe()`). */

const MARK = '@hapi/joi/schema';

function isJoi(schema) {
  return typeof schema?.describe === 'function' && typeof schema.validate === 'function' && (Boolean(schema[Symbol.for(MARK)]) || '$_root' in schema);
}

/** Whether a schema takes a value as it is given. */
function joiTakes(schema, value) {
  try {
    return schema.validate(value).error === undefined;
  } catch {
    return false;
  }
}

/** `inner` makes the shape of a part, `form`, `union` and `checked` make shapes: those of all other schemas. */
function shapeOfJoi(schema, name, { inner, form, union, checked, texts }) {
  const { type, flags = {}, allow = [], keys, rules = [] } = schema.describe();
  const bounds = rules.flatMap(({ args = {} }) => [args.limit, args.base]).filter((each) => typeof each === 'number' && Number.isFinite(each));
  const near = bounds.flatMap((each) => [each, each + 1, each - 1]);
  const takes = (value) => joiTakes(schema, value);
  const listed = allow.filter((each) => each !== null && typeof each !== 'object');
  if (flags.only && listed.length > 0) return checked(typeof listed[0], listed, ['other'], takes);
  switch (type) {
    case 'object': return form(Object.keys(keys ?? {}).map((key) => ({ name: key, optional: keys[key].flags?.presence !== 'required', shape: inner(schema.extract(key), key) })), takes);
    case 'array': return { k: 'array', of: schema.$_terms.items[0] ? inner(schema.$_terms.items[0], name.replace(/s$/, '')) : { k: 'any' } };
    case 'alternatives': return union(schema.$_terms.matches.map((each) => each.schema).filter(Boolean).map((each) => inner(each, name)));
    case 'boolean': return checked('boolean', [true, false], ['maybe'], takes);
    case 'number': return checked('number', [1, 10, 100, 0.5, 0, -1, 5, 50, ...near], ['many'], takes);
    case 'date': return checked('string', texts.dates, ['not a date'], takes);
    case 'string': {
      const patterns = rules.map(({ args }) => args?.regex).filter(Boolean);
      const sized = near.filter((each) => each >= 0 && each <= 300).map((each) => 'x'.repeat(each));
      return checked('string', [...texts.natural(name), ...sized, ...patterns.flatMap((each) => texts.matching(each))], [5], takes);
    }
    default: return { k: 'any' };
  }
}

module.exports = { isJoi, shapeOfJoi };
