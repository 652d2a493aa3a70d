/** Small checks of what comes in from outside. */
import { z, type ZodTypeAny } from 'zod';
import { DomainError } from '../types';

export const idSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'is not an id');

export const pageSchema = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  offset: z.coerce.number().int().min(0).default(0),
});

export type Page = z.infer<typeof pageSchema>;

/** Parse with a schema, or throw a 400 that names each field and what is wrong with it. */
export function parse<S extends ZodTypeAny>(schema: S, value: unknown): z.infer<S> {
  const result = schema.safeParse(value);
  if (result.success) {
    return result.data;
  }
  const problems = result.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  throw new DomainError('validation_failed', problems.join('; '), 400);
}

/** Lower-case an address and strip what mail providers ignore; null when it is no address. */
export function normalizeEmail(input: string): string | null {
  const match = /^([^\s@]+)@([^\s@]+\.[^\s@]+)$/.exec(input.trim().toLowerCase());
  if (!match) {
    return null;
  }
  let [, local] = match;
  const domain = match[2] === 'googlemail.com' ? 'gmail.com' : match[2];
  local = local.split('+')[0];
  if (domain === 'gmail.com') {
    local = local.replace(/\./g, '');
  }
  return local.length > 0 ? `${local}@${domain}` : null;
}

/** Turn a title into a slug of at most 60 characters that ends with a whole word. */
export function slugify(title: string): string {
  const plain = title
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  if (plain.length <= 60) {
    return plain;
  }
  const cut = plain.slice(0, 60);
  const lastDash = cut.lastIndexOf('-');
  return plain[60] === '-' || lastDash <= 0 ? cut : cut.slice(0, lastDash);
}

/** Keep text safe to show inside HTML. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}
