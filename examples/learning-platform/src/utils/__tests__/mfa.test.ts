import { base32Decode, base32Encode, generateSecret, otpauthUrl, totp, verifyTotp } from '../mfa';

// The secret and the times of RFC 6238, appendix B (the last six of its eight digits).
const RFC_SECRET = base32Encode(Buffer.from('12345678901234567890'));

describe('base32', () => {
  it.each([
    ['', ''],
    ['f', 'MY'],
    ['foo', 'MZXW6'],
    ['foobar', 'MZXW6YTBOI'],
  ])('encodes %j as %j and back', (plain, encoded) => {
    expect(base32Encode(Buffer.from(plain))).toBe(encoded);
    expect(base32Decode(encoded).toString()).toBe(plain);
  });

  it('reads lower case, spaces and padding', () => {
    expect(base32Decode('mzxw 6ytb oi==').toString()).toBe('foobar');
  });

  it('refuses what is not in the alphabet', () => {
    expect(() => base32Decode('MZ1')).toThrow('"1" is not a base32 character');
  });
});

describe('totp', () => {
  it.each([
    [59, '287082'],
    [1111111109, '081804'],
    [1234567890, '005924'],
    [20000000000, '353130'],
  ])('gives the code of the standard at %i', (at, code) => {
    expect(totp(RFC_SECRET, at)).toBe(code);
  });
});

describe('verifyTotp', () => {
  it('accepts a code of the step before and after', () => {
    expect(verifyTotp(RFC_SECRET, '287082', 59 + 30)).toBe(true);
    expect(verifyTotp(RFC_SECRET, '287082', 59 - 30)).toBe(true);
  });

  it('refuses a code that is two steps old', () => {
    expect(verifyTotp(RFC_SECRET, '287082', 59 + 90)).toBe(false);
  });

  it('refuses what is not six digits', () => {
    expect(verifyTotp(RFC_SECRET, '28708', 59)).toBe(false);
    expect(verifyTotp(RFC_SECRET, '28708x', 59)).toBe(false);
  });
});

it('makes secrets of 160 bits', () => {
  expect(base32Decode(generateSecret())).toHaveLength(20);
});

it('writes the address that authenticator apps read', () => {
  expect(otpauthUrl('ABC', 'ada@example.org', 'My School')).toBe(
    'otpauth://totp/My%20School:ada%40example.org?secret=ABC&issuer=My%20School&digits=6&period=30',
  );
});
