import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearbyPairs, neighbours, readOrderFile } from './scheme.contract.ts';
import type { Version, VersionScheme } from './version.ts';

/** What a reference implementation says of two texts: their order, or `!` where it refuses either. */
type Answer = '<' | '=' | '>' | '!';
type Pair = readonly [a: string, b: string];

/** How a scheme is compared with its reference implementation. */
export interface RecordedSample {
  /** Name of the reference implementation, with the version that was recorded. */
  readonly reference: string;
  /** The scheme's order file, whose lines are put to the reference too where it runs. */
  readonly orderFile?: URL;
  /** Gzipped lines `a <tab> b <tab> answer`. */
  readonly recorded: URL;
  /** Command that reads lines `a <tab> b` and writes a line with the answer for each; it runs in `testdata/`. */
  readonly command: readonly [program: string, ...args: string[]];
  /** Texts to ask for, mostly versions. */
  readonly text: Arbitrary<string>;
  /** What is put into a text here and there to get one that is near to it. */
  readonly piece: Arbitrary<string>;
  /** Whether to ask for a text, where the reference has limits that the scheme has not. */
  readonly asked?: (text: string) => boolean;
}

const count = 10_000;
const testdata = fileURLToPath(new URL('testdata/', import.meta.url));
const run = promisify(execFile);

/**
 * Compares a scheme with its reference implementation on 10,000 recorded pairs, and on as many fresh ones where the
 * command runs. With `RECORD_VERSIONS=1` in the environment it first writes the record anew.
 */
export async function describeRecorded<V extends Version>(
  scheme: VersionScheme<V>,
  sample: RecordedSample,
): Promise<void> {
  const { reference, orderFile, recorded, command } = sample;
  const pairs = pairsOf(scheme, sample);
  const present = await ask(command, [['1.0.0', '1.0.0']]).then(
    ([answer]) => answer === '=',
    () => false,
  );
  if (process.env['RECORD_VERSIONS'] === '1') {
    const asked = fc.sample(pairs, { numRuns: count, seed: 20_240_617 });
    const answers = await ask(command, asked);
    const lines = asked.map(([a, b], index) => `${a}\t${b}\t${answers[index]}\n`);
    writeFileSync(recorded, gzipSync(lines.join(''), { level: 9 }));
  }

  describe(`version scheme ${scheme.id} against ${reference}`, () => {
    it('agrees on 10,000 recorded pairs', () => {
      const lines = gunzipSync(readFileSync(recorded)).toString().trimEnd().split('\n');
      const rows = lines.map((line) => line.split('\t'));
      const answers = rows.map(([, , answer = '']) => answer);
      const asked = rows.map(([a = '', b = '']) => [a, b] as const);
      expect([asked.length, rare(answers)]).toEqual([count, []]);
      expect(disagreements(scheme, asked, answers)).toEqual([]);
    });
    const title = present ? '' : ` (NOT RUN: \`${command.join(' ')}\` does not run here)`;
    it.skipIf(!present || orderFile === undefined)(`agrees on the order file${title}`, async () => {
      const lines = orderFile === undefined ? [] : neighbours(readOrderFile(orderFile).chains);
      const answers = await ask(
        command,
        lines.map(([a, b]) => [a, b]),
      );
      const wrong = lines.filter(([, , order], index) => answers[index] !== (order === 0 ? '=' : '<'));
      expect(wrong).toEqual([]);
    });
    it.skipIf(!present)(`agrees on 10,000 fresh pairs${title}`, { timeout: 180_000 }, async () => {
      const asked = fc.sample(pairs, { numRuns: count, seed: 20_240_618 });
      const answers = await ask(command, asked);
      expect([answers.length, rare(answers)]).toEqual([count, []]);
      expect(disagreements(scheme, asked, answers)).toEqual([]);
    });
  });
}

/** Pairs of what the scheme takes for versions, and a few of others, so that wrong refusals show too. */
function pairsOf(scheme: VersionScheme, { text, piece, asked = () => true }: RecordedSample): Arbitrary<Pair> {
  const asLine = (pair: string): boolean => pair !== '' && !/[\t\n\r]/.test(pair) && asked(pair);
  const accepted = (pair: string): boolean => asLine(pair) && scheme.parse(pair).kind === 'version';
  return fc.oneof(
    { arbitrary: nearbyPairs(text, piece, accepted), weight: 6 },
    { arbitrary: nearbyPairs(text, piece, asLine), weight: 1 },
  );
}

/** The first pairs whose order the scheme and the reference see differently. */
function disagreements<V extends Version>(
  scheme: VersionScheme<V>,
  pairs: readonly Pair[],
  answers: readonly string[],
): readonly string[] {
  const wrong = pairs.flatMap(([a, b], index) => {
    const ours = answerOf(scheme, a, b);
    return ours === answers[index] ? [] : [`${a} ${ours} ${b}, but the reference says ${answers[index]}`];
  });
  return wrong.slice(0, 20);
}

/** Answers that are too rare for the pairs to prove anything. */
function rare(answers: readonly string[]): readonly string[] {
  return ['<', '=', '>'].filter((kind) => answers.filter((answer) => answer === kind).length < count / 50);
}

function answerOf<V extends Version>(scheme: VersionScheme<V>, a: string, b: string): Answer {
  const one = scheme.parse(a);
  const two = scheme.parse(b);
  if (one.kind === 'unparsable' || two.kind === 'unparsable') return '!';
  const order = scheme.compare(one, two);
  if (order === 0) return '=';
  return order < 0 ? '<' : '>';
}

async function ask(command: RecordedSample['command'], pairs: readonly Pair[]): Promise<readonly string[]> {
  const [program, ...args] = command;
  const child = run(program, args, { cwd: testdata, maxBuffer: 2 ** 26 });
  // A program that ends early closes its input; the failure to run is told by the promise.
  child.child.stdin?.on('error', () => {});
  child.child.stdin?.end(pairs.map(([a, b]) => `${a}\t${b}\n`).join(''));
  return (await child).stdout.trimEnd().split('\n');
}
