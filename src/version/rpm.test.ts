import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rpm } from './rpm.ts';
import { describeScheme, nearbyPairs, neighbours, order, readOrderFile } from './scheme.contract.ts';

const run = promisify(execFile);
const long = '12345678901234567890123456789';
const piece = fc.constantFrom(
  '',
  `${long}0`,
  `${long}1`,
  ...'0 00 1 2 9 10 007 a b Z aa rc git el9 ~ ~~ ^ ^^ ~^ + . .. - -- _ % é'.split(' '),
);
const epoch = fc.constantFrom('', '', '', '0:', ':', '1:', '01:', '2:', '10:', '99999999999999999999:');
const anyText = fc
  .tuple(epoch, fc.array(piece, { minLength: 1, maxLength: 9 }))
  .map(([front, pieces]) => front + pieces.join(''));
const parses = (text: string): boolean => rpm.parse(text).kind === 'version';
const arbitrary = anyText.filter(parses);

const orderFile = new URL('testdata/rpm.txt', import.meta.url);

describeScheme(rpm, { orderFile, arbitrary });

describe('rpm versions', () => {
  it.each([
    ['1.0', { epoch: '0', version: '1.0' }],
    [':1.0', { epoch: '0', version: '1.0' }],
    ['1:3.0.7-25.el9_3', { epoch: '1', version: '3.0.7', release: '25.el9_3' }],
    ['1-2-3', { epoch: '0', version: '1-2', release: '3' }],
  ])('takes %j apart', (text, parts) => {
    expect(rpm.parse(text)).toEqual({ kind: 'version', text, ...parts });
  });
  it.each([
    ['1.0\n', 'the version has a blank or control character'],
    ['(none):1.0-1', 'the epoch is not a number'],
    ['1:2:3', 'the version has a second colon'],
    ['1:-1', 'the version before the release is empty'],
    ['1.0-', 'the release after the last hyphen is empty'],
  ])('says why %j is none', (text, reason) => {
    expect(rpm.parse(text)).toEqual({ kind: 'unparsable', text, reason });
  });
});

/** Answers of rpm's own comparison of epoch, version and release, for all pairs in one process. */
async function askRpm(pairs: readonly (readonly [string, string, ...unknown[]])[]): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'seaworthy-rpm-'));
  try {
    // Lua takes JSON's strings as they are, but for \u escapes, which the generators do not need.
    const rows = pairs.map(([a, b]) => `{${JSON.stringify(a)},${JSON.stringify(b)}}`);
    const program = `for _, p in ipairs({${rows.join(',\n')}}) do io.stdout:write(rpm.vercmp(p[1], p[2]), "\\n") end`;
    await writeFile(join(folder, 'compare.lua'), program);
    const { stdout } = await run('rpm', ['--eval', `%{lua: dofile("${join(folder, 'compare.lua')}")}`]);
    return stdout.trim().split('\n');
  } finally {
    await rm(folder, { recursive: true });
  }
}

it.each([
  ['1:2.0-3', '2.0-3'],
  ['0:2.0-3', '2.0-3'],
  ['2.0-3', undefined],
])('%s without the epoch that it states is %s', (text, expected) => {
  const version = rpm.parse(text);
  expect(version.kind === 'version' ? rpm.withoutEpoch?.(version)?.text : 'unparsable').toBe(expected);
});

// `rpm.vercmp` takes an epoch and a release since 4.16; on older ones it answers 0 here.
const present = await askRpm([['1:1', '2']]).then(
  ([answer]) => answer === '1',
  () => false,
);

describe(`rpm versions against rpm itself${present ? '' : ' (NOT RUN: this machine has no rpm >= 4.16)'}`, () => {
  it.skipIf(!present)('agree on the order file', async () => {
    const pairs = neighbours(readOrderFile(orderFile).chains);
    const answers = await askRpm(pairs);
    expect(pairs.filter(([, , order], index) => answers[index] !== String(order)).slice(0, 10)).toEqual([]);
  });
  it.skipIf(!present)('agree on 10,000 generated pairs', { timeout: 60_000 }, async () => {
    const pairs = fc.sample(nearbyPairs(arbitrary, piece, parses), { numRuns: 10_000, seed: 20_240_617 });
    const answers = await askRpm(pairs);
    expect(answers).toHaveLength(10_000);
    expect(new Set(answers)).toEqual(new Set(['-1', '0', '1']));
    expect(pairs.filter(([a, b], index) => String(order(rpm, a, b)) !== answers[index]).slice(0, 10)).toEqual([]);
  });
});
