import { checkPolicy, hashPassword, needsRehash, strength, verifyPassword } from '../password';

describe('checkPolicy', () => {
  it('accepts a long mixed password', () => {
    expect(checkPolicy('Correct-Horse-42')).toEqual({ valid: true, problems: [] });
  });

  it.each([
    ['short', 'Ab1-', 'must have at least 10 characters'],
    ['common', 'Letmein123', 'is one of the most common passwords'],
    ['of one kind', 'abcdefghijkl', 'must mix three of: lower case, upper case, digits, other characters'],
    ['too long', `Aa1-${'x'.repeat(70)}`, 'must have at most 72 bytes'],
  ])('refuses one that is %s', (_, password, problem) => {
    expect(checkPolicy(password).problems).toContain(problem);
  });

  it('refuses one that contains the name, whatever the case', () => {
    const { problems } = checkPolicy('My-HARRIET-99', ['harriet']);
    expect(problems).toEqual(['must not contain your name or address']);
  });

  it('ignores names that are too short to matter', () => {
    expect(checkPolicy('My-Al-Password-99', ['al']).valid).toBe(true);
  });
});

describe('strength', () => {
  it.each([
    ['', 0],
    ['aaaaaaaa', 0],
    ['abcdefghij', 1],
    ['abcdefghijkl', 2],
    ['Correct-Horse-42', 3],
    ['Correct-Horse-Battery-42', 4],
  ])('rates %j with %i', (password, expected) => {
    expect(strength(password)).toBe(expected);
  });
});

describe('hashing', () => {
  it('verifies the password that was hashed, and no other', async () => {
    const hash = await hashPassword('Correct-Horse-42', 4);
    expect(await verifyPassword('Correct-Horse-42', hash)).toBe(true);
    expect(await verifyPassword('correct-horse-42', hash)).toBe(false);
  });

  it('wants hashes with few rounds to be made again', async () => {
    const hash = await hashPassword('Correct-Horse-42', 4);
    expect(needsRehash(hash, 10)).toBe(true);
    expect(needsRehash(hash, 4)).toBe(false);
  });
});
