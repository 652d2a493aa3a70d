import { z } from 'zod';
import { DomainError } from '../../types';
import { escapeHtml, idSchema, normalizeEmail, pageSchema, parse, slugify } from '../validation';

describe('parse', () => {
  const schema = z.object({ name: z.string().min(2), age: z.number() });

  it('returns what the schema made of the value', () => {
    expect(parse(pageSchema, { limit: '5' })).toEqual({ limit: 5, offset: 0 });
  });

  it('names every field that is wrong', () => {
    expect(() => parse(schema, { name: 'x' })).toThrow(/^name: .*; age: Required$/);
  });

  it('throws an error that the API answers with 400', () => {
    try {
      parse(idSchema, '../etc');
      throw new Error('not reached');
    } catch (error) {
      expect(error).toBeInstanceOf(DomainError);
      expect(error).toMatchObject({ status: 400, code: 'validation_failed', message: 'body: is not an id' });
    }
  });
});

describe('normalizeEmail', () => {
  it.each([
    ['  Ada@Example.ORG ', 'ada@example.org'],
    ['ada+news@example.org', 'ada@example.org'],
    ['a.d.a@googlemail.com', 'ada@gmail.com'],
    ['a.d.a@example.org', 'a.d.a@example.org'],
  ])('turns %j into %j', (input, expected) => {
    expect(normalizeEmail(input)).toBe(expected);
  });

  it.each(['', 'ada', 'ada@', '@example.org', 'ada@example', '+x@example.org'])('refuses %j', (input) => {
    expect(normalizeEmail(input)).toBeNull();
  });
});

describe('slugify', () => {
  it.each([
    ['Hello, World!', 'hello-world'],
    ['  Élan vital  ', 'elan-vital'],
    ['---', ''],
  ])('turns %j into %j', (title, expected) => {
    expect(slugify(title)).toBe(expected);
  });

  it('cuts long titles at the end of a word', () => {
    const slug = slugify('a rather long title about the many ways in which a lesson can be named');
    expect(slug).toBe('a-rather-long-title-about-the-many-ways-in-which-a-lesson');
  });

  it('cuts a single long word where the limit is', () => {
    expect(slugify('x'.repeat(80))).toHaveLength(60);
  });
});

describe('escapeHtml', () => {
  it('escapes what has a meaning in HTML', () => {
    expect(escapeHtml(`<a href="x">Tom & 'Jerry'</a>`)).toBe(
      '&lt;a href=&quot;x&quot;&gt;Tom &amp; &#39;Jerry&#39;&lt;/a&gt;',
    );
  });
});
