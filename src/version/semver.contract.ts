import fc, { type Arbitrary } from 'fast-check';

/** Strict semantic versions (the expression that semver.org suggests). */
export const strictSemver: RegExp =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][\da-zA-Z-]*))*)?(?:\+[\da-zA-Z-]+(?:\.[\da-zA-Z-]+)*)?$/;

const number = fc.constantFrom('0', '0', '1', '1', '2', '10', '9007199254740990', '900719925474099');
const identifier = fc.constantFrom(...'0 1 2 9 10 a alpha b beta rc rc1 RC A 0a 1-1 - -1 20240101120000'.split(' '));
const identifiers = fc.array(identifier, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'));
const after = (sign: string): Arbitrary<string> =>
  fc.oneof(
    fc.constant(''),
    identifiers.map((text) => sign + text),
  );

/** Strict semantic versions that often start alike. */
export const semverText: Arbitrary<string> = fc
  .tuple(number, number, number, after('-'), after('+'))
  .map(([major, minor, patch, preRelease, build]) => `${major}.${minor}.${patch}${preRelease}${build}`);

/** What is put into a semantic version to get one near to it. */
export const semverPiece: Arbitrary<string> = fc.constantFrom(
  '',
  ...'0 1 2 9 .0 .1 -0 -1 -a -rc .a A + +1 . - _ é 01'.split(' '),
);

/** The same, and what the schemes read beyond the standard. */
export const laxText: Arbitrary<string> = fc.oneof(
  semverText,
  fc
    .tuple(
      fc.constantFrom('', '0'),
      fc.array(fc.constantFrom('0', '01', '3', '12345678901234567890'), { minLength: 1, maxLength: 3 }),
      after('-'),
    )
    .map(([zero, numbers, preRelease]) => zero + numbers.join('.') + preRelease),
);
