/** Passwords: the policy, a strength estimate, and the hash. */
import bcrypt from 'bcryptjs';

export const MIN_LENGTH = 10;
export const MAX_LENGTH = 72; // bcrypt ignores what comes after
const COMMON = new Set(['password12', 'qwertyuiop', '1234567890', 'letmein123', 'iloveyou12']);

export interface PolicyResult {
  valid: boolean;
  problems: string[];
}

/** Say what the policy has against a password; all problems at once. */
export function checkPolicy(password: string, personal: readonly string[] = []): PolicyResult {
  const problems: string[] = [];
  if (password.length < MIN_LENGTH) {
    problems.push(`must have at least ${MIN_LENGTH} characters`);
  }
  if (Buffer.byteLength(password, 'utf8') > MAX_LENGTH) {
    problems.push(`must have at most ${MAX_LENGTH} bytes`);
  }
  if (COMMON.has(password.toLowerCase())) {
    problems.push('is one of the most common passwords');
  }
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(password)).length;
  if (classes < 3) {
    problems.push('must mix three of: lower case, upper case, digits, other characters');
  }
  const lower = password.toLowerCase();
  for (const part of personal) {
    if (part.length >= 4 && lower.includes(part.toLowerCase())) {
      problems.push('must not contain your name or address');
      break;
    }
  }
  return { valid: problems.length === 0, problems };
}

/** Estimate strength from 0 (none) to 4 (very strong) by length, variety and repetition. */
export function strength(password: string): 0 | 1 | 2 | 3 | 4 {
  if (password.length === 0) {
    return 0;
  }
  const variety = new Set(password).size;
  const repeated = /(.)\1{2,}/.test(password) ? 10 : 0;
  const bits = password.length * Math.log2(Math.max(variety, 2)) - repeated;
  if (bits < 20) {
    return 0;
  }
  if (bits < 35) {
    return 1;
  }
  if (bits < 50) {
    return 2;
  }
  return bits < 70 ? 3 : 4;
}

export function hashPassword(password: string, rounds = 10): Promise<string> {
  return bcrypt.hash(password, rounds);
}

export function verifyPassword(password: string, hash: string): Promise<boolean> {
  return bcrypt.compare(password, hash);
}

/** Say whether a hash was made with fewer rounds than are asked for now. */
export function needsRehash(hash: string, rounds = 10): boolean {
  return bcrypt.getRounds(hash) < rounds;
}
