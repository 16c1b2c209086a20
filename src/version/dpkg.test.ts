import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dpkg } from './dpkg.ts';
import { describeScheme, nearbyPairs, neighbours, order, readOrderFile } from './scheme.contract.ts';

const run = promisify(execFile);
const long = '12345678901234567890123456789';
const piece = fc.constantFrom(
  '',
  `${long}0`,
  `${long}1`,
  ...'0 00 1 2 9 10 007 a b Z aa rc dfsg deb12u really ~ ~~ + . .. - -- : _ @ {'.split(' '),
);
const epoch = fc.constantFrom('', '', '', '0:', '1:', '01:', '2:', '10:', '2147483647:');
const anyText = fc
  .tuple(epoch, fc.array(piece, { minLength: 1, maxLength: 9 }))
  .map(([front, pieces]) => front + pieces.join(''));
const parses = (text: string): boolean => dpkg.parse(text).kind === 'version';
const arbitrary = anyText.filter(parses);

const orderFile = new URL('testdata/dpkg.txt', import.meta.url);

describeScheme(dpkg, { orderFile, arbitrary });

describe('dpkg versions', () => {
  it.each([
    ['1.0', 0, '1.0', ''],
    ['2:1.0-1', 2, '1.0', '1'],
    ['1:1:1-1-1', 1, '1:1-1', '1'],
    [' \t1.0-1 ', 0, '1.0', '1'],
    ['-0:1', 0, '1', ''],
  ])('takes %j apart', (text, epoch, upstream, revision) => {
    expect(dpkg.parse(text)).toEqual({ kind: 'version', text, epoch, upstream, revision });
  });
  it.each([
    ['  ', 'the version is empty'],
    ['1\t2', 'the version has blanks inside'],
    ['1\u0000', 'the version has a character outside ASCII'],
    [':1', 'the epoch is empty'],
    ['1.5:1', 'the epoch is not a number'],
    ['-1:1', 'the epoch is negative'],
    ['2147483648:1', 'the epoch is larger than 2147483647'],
    [`${'9'.repeat(900)}:1`, 'the epoch is larger than 2147483647'],
    ['1:', 'nothing follows the epoch'],
    ['1:-1', 'the upstream version is empty'],
    ['1-', 'the revision after the last hyphen is empty'],
  ])('says why %j is none', (text, reason) => {
    expect(dpkg.parse(text)).toEqual({ kind: 'unparsable', text, reason });
  });
});

const operators = { '-1': 'lt', '0': 'eq', '1': 'gt' } as const;
const present = await run('dpkg', ['--version']).then(
  () => true,
  () => false,
);

/** Exit codes of `dpkg --compare-versions` for each comparison: 0 true, 1 false, 2 not a version. */
async function askDpkg(comparisons: readonly (readonly [string, string, string])[]): Promise<readonly string[]> {
  // dpkg drops the blank in front, without which a version with a leading "-" would be an option.
  const script = comparisons.map(
    ([a, operator, b]) => `dpkg --compare-versions ${quote(` ${a}`)} ${operator} ${quote(` ${b}`)}; echo $?`,
  );
  const shell = run('sh', [], { maxBuffer: 2 ** 26 });
  shell.child.stdin?.end(`exec 2>/dev/null\n${script.join('\n')}\n`);
  return (await shell).stdout.trim().split('\n');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

describe(`dpkg versions against dpkg itself${present ? '' : ' (NOT RUN: this machine has no dpkg)'}`, () => {
  it.skipIf(!present)('agree on the order file', async () => {
    const pairs = neighbours(readOrderFile(orderFile).chains);
    const answers = await askDpkg(pairs.map(([a, b, order]) => [a, operators[order], b]));
    expect(pairs.filter((_, index) => answers[index] !== '0').slice(0, 10)).toEqual([]);
  });
  it.skipIf(!present)('agree on 10,000 generated pairs', { timeout: 180_000 }, async () => {
    const pairs = fc.sample(nearbyPairs(arbitrary, piece, parses), { numRuns: 10_000, seed: 20_240_617 });
    const comparisons = pairs.map(([a, b]) => [a, operators[order(dpkg, a, b)], b] as const);
    expect(new Set(comparisons.map(([, operator]) => operator)).size).toBe(3);
    const answers = await askDpkg(comparisons);
    expect(answers).toHaveLength(10_000);
    expect(comparisons.filter((_, index) => answers[index] !== '0').slice(0, 10)).toEqual([]);
  });
  it.skipIf(!present)('agree on which of 1,500 generated texts are versions', { timeout: 60_000 }, async () => {
    const odd = fc.tuple(fc.constantFrom('', ' ', ':', 'x:', '+1:', '1:-', '99999999999:'), anyText, piece);
    const texts = fc.sample(
      fc.oneof(
        anyText,
        odd.map((parts) => parts.join('')),
      ),
      { numRuns: 1500, seed: 20_240_618 },
    );
    const answers = await askDpkg(texts.map((text) => [text, 'eq', text]));
    expect(texts.filter((text, index) => parses(text) !== (answers[index] === '0')).slice(0, 10)).toEqual([]);
    expect(new Set(answers)).toEqual(new Set(['0', '2']));
  });
});
