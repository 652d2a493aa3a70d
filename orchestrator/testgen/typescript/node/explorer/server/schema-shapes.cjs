'use strict';
/**
 * Turns schemas that were found at run time (zod of any version, Joi, JSON schema) into shapes whose values are known to be
 * good or bad: the schema itself is asked. Bounds give the values beside them.
 */
const { stringsFor } = require('../strings.cjs');
const { isJoi, shapeOfJoi } = require('./joi-shapes.cjs');

const DEEPEST = 5;
const DATES = ['2024-01-31', '2024-01-31T12:30:00.000Z', '12:30', '2024-01-31T12:30:00'];
const PATTERNED = ['abc', 'ABC', '123456', 'a1', 'a-1', '3fa85f64-5717-4562-b3fc-2c963f66afa6', '507f1f77bcf86cd799439011', '+15550100', '#336699', 'en', 'en-US', '127.0.0.1', 'https://example.com/path', 'ada@example.com', 'Correct-horse-7'];

/** Return the shape of a schema: `form` for objects, `checked` for single values, or one of the shapes of types. */
function shapeOfSchema(schema, name = '', depth = 0) {
  if (depth > DEEPEST || schema === null || typeof schema !== 'object') return { k: 'any' };
  if (isZod(schema)) return shapeOfZod(schema, name, depth);
  if (isJoi(schema)) return shapeOfJoi(schema, name, partsOfJoi(depth));
  return shapeOfJson(schema, name, depth);
}

/** Say whether something that is asked about a value is a schema of which a shape can be made. */
function isKnown(schema) {
  return isZod(schema) || isJoi(schema);
}

/** What shapes of Joi are made of. */
function partsOfJoi(depth) {
  const texts = { dates: DATES, natural: (name) => [...stringsFor(name), ...DATES, ...PATTERNED], matching: samplesOf };
  const form = (fields, takes) => ({ k: 'form', fields, isGood: takes });
  return { inner: (each, called) => shapeOfSchema(each, called, depth + 1), form, union: unionOf, checked, texts };
}

function isZod(schema) {
  return typeof schema?.safeParse === 'function' && typeof schema._def === 'object';
}

function zodType(schema) {
  const { typeName, type } = schema._def;
  return (typeName ? typeName.replace(/^Zod/, '') : String(type)).toLowerCase();
}

function shapeOfZod(schema, name, depth) {
  const def = schema._def;
  const inner = (each, called = name) => shapeOfSchema(each, called, depth + 1);
  switch (zodType(schema)) {
    case 'optional': case 'default': case 'catch': case 'prefault': return { k: 'union', of: [inner(def.innerType), { k: 'undefined' }] };
    case 'nullable': return { k: 'union', of: [inner(def.innerType), { k: 'null' }] };
    case 'nonoptional': case 'readonly': return inner(def.innerType);
    case 'branded': return inner(def.type);
    case 'effects': return inner(def.schema);
    case 'pipeline': case 'pipe': return inner(zodType(def.in) === 'transform' ? def.out : def.in);
    case 'lazy': return inner(def.getter());
    case 'object': return formOf(Object.entries(schema.shape ?? {}).map(([key, each]) => ({ name: key, optional: accepts(each, undefined), shape: inner(each, key) })), accepts, schema);
    case 'array': return { k: 'array', of: inner(def.element ?? def.type, name.replace(/s$/, '')) };
    case 'tuple': return { k: 'tuple', of: (def.items ?? []).map((each) => inner(each)) };
    case 'record': case 'map': return { k: 'record', of: inner(def.valueType) };
    case 'union': case 'discriminatedunion': case 'xor': return unionOf([...(Array.isArray(def.options) ? def.options : def.options?.values() ?? [])].map((each) => inner(each)));
    case 'intersection': return merged(inner(def.left), inner(def.right));
    case 'enum': case 'nativeenum': return checked('string', Object.values(def.values ?? def.entries ?? {}), ['other'], schema);
    case 'literal': return checked('string', [].concat(def.value ?? def.values), ['other'], schema);
    case 'boolean': return checked('boolean', [true, false], ['maybe'], schema);
    case 'number': case 'int': return checked('number', numbersOf(schema), ['many'], schema);
    case 'string': return checked('string', textsOf(schema, name), [5], schema);
    case 'date': return checked('string', DATES, ['not a date'], schema);
    case 'null': return { k: 'null' };
    default: return { k: 'any' };
  }
}

function accepts(schema, value) {
  try {
    return schema.safeParse(value).success;
  } catch {
    return false;
  }
}

/** The bounds that a zod schema has: {min, max} of its checks, whatever the version. */
function boundsOf(schema) {
  const checks = (schema._def.checks ?? []).map((each) => each._zod?.def ?? each);
  const found = [schema.minValue, schema.maxValue, schema.minLength, schema.maxLength];
  for (const each of checks) found.push(each.value, each.minimum, each.maximum, each.length);
  return [...new Set(found.filter((each) => typeof each === 'number' && Number.isFinite(each) && Math.abs(each) < 1e7))];
}

function numbersOf(schema) {
  const near = boundsOf(schema).flatMap((each) => [each, each + 1, each - 1]);
  return [1, 10, 100, 0.5, 0, -1, 5, 50, ...near];
}

function textsOf(schema, name) {
  const bounds = boundsOf(schema);
  const natural = [...stringsFor(name), ...DATES, ...PATTERNED];
  const sized = bounds.filter((each) => each > 0 && each <= 300).flatMap((each) => ['x'.repeat(each), 'x'.repeat(each - 1), 'x'.repeat(each + 1)]);
  const patterns = (schema._def.checks ?? []).map((each) => each.regex ?? each._zod?.def?.pattern).filter((each) => each instanceof RegExp || each?.source);
  return [...natural, ...sized, ...patterns.flatMap((each) => samplesOf(each))];
}

function samplesOf(pattern) {
  const { matching } = require('../strings.cjs');
  let state = 7;
  const random = () => ((state = (state * 16807) % 2147483647) - 1) / 2147483646;
  return matching(String(pattern), random);
}

/** A single value: those that the schema takes first, then some that it does not. */
function checked(base, values, wrong, schema) {
  const unique = [...new Set([...values, ...wrong])];
  const takes = (each) => (isZod(schema) ? accepts(schema, each) : schema(each));
  const good = unique.filter(takes);
  const bad = unique.filter((each) => !good.includes(each));
  return { k: 'checked', base, good: good.slice(0, 12), bad: shortest(bad) };
}

/** Few of the bad values: an empty one, one of another type, those just beyond a bound. */
function shortest(bad) {
  const texts = bad.filter((each) => typeof each === 'string');
  const beyond = texts.filter((each) => /^x+$/.test(each)).slice(0, 2);
  return [...new Set([...bad.filter((each) => typeof each !== 'string').slice(0, 4), ...texts.filter((each) => each === ''), ...beyond, ...texts.slice(0, 2)])];
}

function formOf(fields, takes, schema) {
  return { k: 'form', fields, isGood: schema && ((each) => takes(schema, each)) };
}

function unionOf(parts) {
  return { k: 'union', of: parts };
}

function merged(left, right) {
  if (left.k !== 'form' || right.k !== 'form') return left;
  return formOf([...left.fields, ...right.fields]);
}

function shapeOfJson(schema, name, depth) {
  const inner = (each, called = name) => shapeOfSchema(each, called, depth + 1);
  if (schema.const !== undefined) return checked('string', [schema.const], ['other'], (each) => each === schema.const);
  if (Array.isArray(schema.enum)) return checked('string', schema.enum, ['other'], (each) => schema.enum.includes(each));
  const options = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(options)) return unionOf(options.map((each) => inner(each)));
  if (Array.isArray(schema.allOf)) return schema.allOf.map((each) => inner(each)).reduce(merged);
  const types = [].concat(schema.type ?? (schema.properties ? 'object' : 'any'));
  const [type] = types.filter((each) => each !== 'null');
  const shape = ofJsonType(type, schema, name, inner);
  return types.includes('null') ? unionOf([shape, { k: 'null' }]) : shape;
}

function ofJsonType(type, schema, name, inner) {
  const takes = (each) => fitsJson(schema, type, each);
  const bounds = [schema.minimum, schema.maximum, schema.exclusiveMinimum, schema.exclusiveMaximum, schema.minLength, schema.maxLength].filter((each) => typeof each === 'number');
  const near = bounds.flatMap((each) => [each, each + 1, each - 1]);
  switch (type) {
    case 'object': {
      const required = schema.required ?? [];
      const entries = Object.entries(schema.properties ?? {});
      if (entries.length === 0 && schema.additionalProperties) return { k: 'record', of: inner(schema.additionalProperties) };
      return formOf(entries.map(([key, each]) => ({ name: key, optional: !required.includes(key), shape: inner(each, key) })));
    }
    case 'array': return { k: 'array', of: inner(schema.items ?? {}, name.replace(/s$/, '')) };
    case 'boolean': return checked('boolean', [true, false], ['maybe'], takes);
    case 'integer': case 'number': return checked('number', [1, 10, 100, 0, -1, 0.5, ...near], ['many'], takes);
    case 'string': return checked('string', [...stringsFor(name), ...DATES, ...PATTERNED, ...near.filter((each) => each >= 0 && each < 300).map((each) => 'x'.repeat(each)), ...(schema.pattern ? samplesOf(`/${schema.pattern}/`) : [])], [5], takes);
    default: return { k: 'any' };
  }
}

const FORMATS = {
  email: /^[^\s@]+@[^\s@]+\.[^\s@]+$/, uuid: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i, 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*(Z|[+-]\d\d:\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/, time: /^\d\d:\d\d/, uri: /^[a-z][\w+.-]*:\/\//, url: /^[a-z][\w+.-]*:\/\//, ipv4: /^\d+(\.\d+){3}$/,
};

function fitsJson(schema, type, value) {
  if (type === 'string') {
    return typeof value === 'string' && value.length >= (schema.minLength ?? 0) && value.length <= (schema.maxLength ?? Infinity)
      && (!schema.pattern || new RegExp(schema.pattern).test(value)) && (!schema.format || (FORMATS[schema.format] ?? /./).test(value));
  }
  if (type === 'boolean') return typeof value === 'boolean';
  return typeof value === 'number' && (type === 'number' || Number.isInteger(value)) && value >= (schema.minimum ?? -Infinity)
    && value <= (schema.maximum ?? Infinity) && value > (schema.exclusiveMinimum ?? -Infinity) && value < (schema.exclusiveMaximum ?? Infinity);
}

/** The values of the shapes that only schemas have; `values` makes those of all others. */
const MAKERS = {
  checkedValues(shape, name) {
    const made = this.madeFor(name);
    return [...made, ...[...shape.good, ...shape.bad].map((v) => ({ t: 'value', v }))];
  },
  nodesValues(shape) {
    return shape.of;
  },
  /** A form filled in whole, with what it has to have, without each of that but what stands in a path, and with each field in other ways. */
  formValues(shape, name, depth) {
    const options = shape.fields.map((each) => this.of(each.shape, each.name, depth + 1));
    const filled = shape.fields.map((each, at) => [each.name, options[at].find((one) => !isNothing(one)) ?? options[at][0]]).filter(([, one]) => !isNothing(one));
    const needed = filled.filter(([key]) => !shape.fields.find((each) => each.name === key).optional);
    const form = (props) => ({ t: 'object', props });
    const found = shape.isSparse ? [form(needed)] : [form(filled)];
    if (needed.length < filled.length) found.push(shape.isSparse ? form(filled) : form(needed));
    const inPath = new Set(shape.fields.filter((each) => each.isInPath).map((each) => each.name));
    for (const [key] of needed) if (!inPath.has(key)) found.push(form(filled.filter(([other]) => other !== key)));
    const most = depth <= 1 ? 14 : 4;
    shape.fields.forEach((each, at) => {
      for (const node of options[at].slice(shape.isSparse && each.optional ? 0 : 1, most)) if (!isNothing(node)) found.push(form(put(shape.isSparse ? needed : filled, each.name, node)));
    });
    return found;
  },
};

function put(props, name, node) {
  return props.some(([key]) => key === name) ? props.map(([key, each]) => [key, key === name ? node : each]) : [...props, [name, node]];
}

function isNothing(node) {
  return node === undefined || (node.t === 'value' && node.v === undefined);
}

module.exports = { MAKERS, isKnown, isZod, shapeOfSchema };
