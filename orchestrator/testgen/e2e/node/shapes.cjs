'use strict';
/** What a zod schema or a JSON schema lets in, as plain data, and values that fit it. */

const LIMIT = 12; // levels

function shapeOfZod(schema, depth = 0) {
  const def = schema?._def;
  if (!def || depth > LIMIT) return { is: 'any' };
  const inner = (each) => shapeOfZod(each, depth + 1);
  switch (def.typeName) {
    case 'ZodString': return { is: 'string', ...limits(def.checks) };
    case 'ZodNumber': return { is: 'number', ...limits(def.checks) };
    case 'ZodBoolean': return { is: 'boolean' };
    case 'ZodDate': return { is: 'string', format: 'datetime' };
    case 'ZodLiteral': return { is: 'enum', values: [def.value] };
    case 'ZodEnum': return { is: 'enum', values: [...def.values] };
    case 'ZodNativeEnum': return { is: 'enum', values: Object.values(def.values) };
    case 'ZodArray': return { is: 'array', of: inner(def.type), min: def.minLength?.value ?? def.exactLength?.value ?? 0 };
    case 'ZodSet': return { is: 'array', of: inner(def.valueType), min: 0 };
    case 'ZodTuple': return { is: 'tuple', items: def.items.map(inner) };
    case 'ZodRecord': return { is: 'record', of: inner(def.valueType) };
    case 'ZodObject': return { is: 'object', fields: Object.fromEntries(Object.entries(def.shape()).map(([key, each]) => [key, inner(each)])) };
    case 'ZodOptional':
    case 'ZodDefault':
    case 'ZodCatch': return { ...inner(def.innerType), optional: true };
    case 'ZodNullable':
    case 'ZodReadonly': return inner(def.innerType);
    case 'ZodEffects': return inner(def.schema);
    case 'ZodBranded': return inner(def.type);
    case 'ZodPipeline': return inner(def.in);
    case 'ZodLazy': return inner(def.getter());
    case 'ZodUnion': return inner(def.options[0]);
    case 'ZodDiscriminatedUnion': return inner([...def.options.values()][0]);
    case 'ZodIntersection': return { is: 'object', fields: { ...inner(def.left).fields, ...inner(def.right).fields } };
    default: return { is: 'any' };
  }
}

function limits(checks = []) {
  const found = {};
  for (const { kind, value, regex } of checks) {
    if (kind === 'min' || kind === 'max') found[kind] = value;
    else if (kind === 'length') found.min = found.max = value;
    else if (kind === 'int') found.int = true;
    else if (kind === 'regex') found.pattern = regex.source;
    else if (['email', 'url', 'uuid', 'datetime', 'date'].includes(kind)) found.format = kind;
  }
  return found;
}

const FORMATS = { email: 'email', uri: 'url', uuid: 'uuid', 'date-time': 'datetime', date: 'date' };

function shapeOfJson(schema, depth = 0) {
  if (!schema || depth > LIMIT) return { is: 'any' };
  if (schema['x-shape']) return schema['x-shape'];
  const inner = (each) => shapeOfJson(each, depth + 1);
  const type = [schema.type].flat()[0] ?? (schema.properties ? 'object' : undefined);
  if (schema.const !== undefined) return { is: 'enum', values: [schema.const] };
  if (schema.enum) return { is: 'enum', values: schema.enum };
  if (schema.anyOf ?? schema.oneOf) return inner((schema.anyOf ?? schema.oneOf)[0]);
  switch (type) {
    case 'string': return { is: 'string', min: schema.minLength, max: schema.maxLength, pattern: schema.pattern, format: FORMATS[schema.format] };
    case 'integer':
    case 'number': return { is: 'number', min: schema.minimum, max: schema.maximum, int: type === 'integer' };
    case 'boolean': return { is: 'boolean' };
    case 'array': return { is: 'array', of: inner(schema.items), min: schema.minItems ?? 0 };
    case 'object': {
      const fields = Object.entries(schema.properties ?? {}).map(([key, each]) => [key, { ...inner(each), ...((schema.required ?? []).includes(key) ? {} : { optional: true }) }]);
      return { is: 'object', fields: Object.fromEntries(fields) };
    }
    default: return { is: 'any' };
  }
}

/** A value that fits; `named` says what stands for a field by its name, undefined where it knows nothing. */
function valueOf(shape, name, named) {
  const known = shape.is === 'string' || shape.is === 'any' ? named(name, shape) : undefined;
  if (known !== undefined) return known;
  switch (shape.is) {
    case 'string': return textOf(shape, name);
    case 'number': return numberOf(shape);
    case 'boolean': return true;
    case 'enum': return shape.values[0];
    case 'array': return Array.from({ length: Math.max(1, shape.min) }, () => valueOf(shape.of, singular(name), named));
    case 'tuple': return shape.items.map((each) => valueOf(each, name, named));
    case 'record': return { [name || 'key']: valueOf(shape.of, name, named) };
    case 'object': {
      const wanted = Object.entries(shape.fields).filter(([, each]) => !each.optional);
      return Object.fromEntries(wanted.map(([key, each]) => [key, valueOf(each, key, named)]));
    }
    default: return 'text';
  }
}

function textOf(shape, name) {
  if (shape.format === 'url') return 'https://example.com/';
  if (shape.format === 'uuid') return '6f1c3d0e-8a54-4b1e-9a55-0d8f1f0c2b11';
  if (shape.format === 'datetime') return '2024-05-17T09:30:00.000Z';
  if (shape.format === 'date') return '2024-05-17';
  const words = `A ${name.replace(/[_-]+/g, ' ').replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()} for the tests`;
  for (const each of [words, name, 'abc-1', '2024-05-17', '123456', 'ABCDEFGH12345678', 'en', 'a', '1']) {
    const text = fitted(each, shape, each === words);
    if (text !== undefined) return text;
  }
  return words;
}

function fitted(text, { min = 1, max = Infinity, pattern }, mayStretch) {
  let made = text.length > max ? text.slice(0, max).trim() : text;
  if (mayStretch) while (made.length < min) made += ` ${text}`;
  return made.length >= min && made.length <= max && (!pattern || new RegExp(pattern, 'u').test(made)) ? made : undefined;
}

function numberOf({ min, max, int }) {
  if (min === undefined && max === undefined) return 10;
  if (min === undefined) return Math.min(10, max);
  if (max === undefined) return Math.max(min, 10);
  const middle = (min + max) / 2;
  return int ? Math.ceil(middle) : middle;
}

const singular = (name) => name.replace(/ies$/, 'y').replace(/s$/, '');

module.exports = { shapeOfJson, shapeOfZod, singular, valueOf };
