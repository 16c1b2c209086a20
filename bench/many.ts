// Many images that share bases: what they cost by their number, and by the layers that are new in them.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench } from './image-bench.ts';
import { type ManySpec, makeManyImages } from './many-images.ts';
import { type Contender, measure, median, medians, output, type Sample } from './measure.ts';
import { type Goal, megabytes, type Section, time } from './results.ts';
import { installTrivy, trivyImage, trivyStart } from './trivy.ts';

/** How far to go. */
export interface ManyOptions extends ManySpec {
  readonly counts: readonly number[];
  /** Images that Trivy scans, one after the other. */
  readonly sample: number;
  readonly rounds: number;
  /** Module of `scanAll`; default: that of `dist`. */
  readonly module?: string;
}

const usual: ManyOptions = { images: 200, bases: 5, middles: 20, counts: [1, 10, 50, 100, 200], sample: 10, rounds: 3 };

/** One point of the curve. */
interface Point {
  readonly count: number;
  readonly layers: number;
  readonly bytes: number;
  readonly sample: Sample;
}

/** Scans 1, 10, … 200 images, the caches empty each time, and a sample by Trivy one by one. */
export function benchMany(
  bench: Bench,
  options: ManyOptions = { ...usual, rounds: bench.rounds },
): {
  sections: Section[];
  goals: Goal[];
} {
  const folder = join(bench.work, `many-${options.images}-${options.bases}-${options.middles}`);
  const paths = makeManyImages(folder, join(bench.work, 'minbase'), options);
  const scratch = mkdtempSync(join(tmpdir(), 'seaworthy-many-'));
  try {
    bench.log(`many: ${options.counts.join(', ')} images, ${options.rounds} rounds`);
    const points = options.counts.map((count) => pointOf(bench, options, scratch, paths.slice(0, count)));
    const theirs = trivyTimes(bench, paths, options);
    return { sections: [curve(points, theirs, options)], goals: goalsOf(points, options) };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function pointOf(bench: Bench, { rounds, module }: ManyOptions, scratch: string, paths: readonly string[]): Point {
  const list = join(scratch, `list-${paths.length}`);
  writeFileSync(list, `${paths.map((path) => `oci:${path}`).join('\n')}\n`);
  const cache = join(scratch, 'cache');
  const scanAll = module ?? join(bench.root, 'dist/scan/all/scan-all.js');
  const contender: Contender = {
    name: `${paths.length} images`,
    command: [
      process.execPath,
      join(bench.root, 'bench/many-scan.ts'),
      scanAll,
      join(bench.home, 'advisories.db'),
      cache,
      list,
    ],
    before: () => rmSync(cache, { recursive: true, force: true }),
  };
  const { reports } = JSON.parse(output(contender)) as { reports: number };
  if (reports !== paths.length) throw new Error(`${reports} reports of ${paths.length} images`);
  const sample = medians(Array.from({ length: rounds }, () => measure(contender)));
  const layers = new Map(paths.flatMap(layersOf));
  return {
    count: paths.length,
    layers: layers.size,
    bytes: [...layers.values()].reduce((sum, size) => sum + size, 0),
    sample,
  };
}

/** Digest and size of each layer. */
function layersOf(path: string): [string, number][] {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(path, name), 'utf8'));
  const index = read('index.json') as { manifests: { digest: string }[] };
  const manifest = read(`blobs/sha256/${index.manifests[0]?.digest.slice(7)}`) as {
    layers: { digest: string; size: number }[];
  };
  return manifest.layers.map(({ digest, size }) => [digest, size]);
}

/** What Trivy takes for an image, milliseconds, without what unpacking itself takes. */
interface TrivyTimes {
  /** All of its layers are new to it. */
  readonly newMs: number;
  /** Only the top is: base and middle are in its cache. */
  readonly knownMs: number;
  /** What unpacking itself takes. */
  readonly startMs: number;
}

/** Half of the sample are images on different bases, each followed by one that has all but its top in common with it. */
function trivyTimes(bench: Bench, paths: readonly string[], { sample, middles }: ManyOptions): TrivyTimes {
  const program = installTrivy(bench.work);
  const starts: number[] = [];
  const net = (contender: Contender): number => {
    const start = measure(trivyStart(program)).wallMs;
    starts.push(start);
    return measure(contender).wallMs - start;
  };
  const times = Array.from({ length: Math.ceil(sample / 2) }, (_, at) => {
    const first = trivyImage(bench.work, program, paths[at] ?? '');
    const { before: _before, ...second } = trivyImage(bench.work, program, paths[at + middles] ?? '');
    return { newMs: net(first), knownMs: net(second) };
  });
  return {
    newMs: median(times.map(({ newMs }) => newMs)),
    knownMs: median(times.map(({ knownMs }) => knownMs)),
    startMs: median(starts),
  };
}

function curve(points: readonly Point[], theirs: TrivyTimes, { sample }: ManyOptions): Section {
  return {
    title: '(m) many images that share bases',
    text: `The caches of inventories and layers empty before each run; packages are listed and judged. Trivy, which only lists, takes ${time(theirs.newMs)} for an image that is new to it, net of unpacking itself, and ${time(theirs.knownMs)} for one of which it knows all layers but the top: less than the noise of the ${time(theirs.startMs)} that are subtracted, so it can't be told what ${sample} or 200 of those cost. Gross, each takes ${time(theirs.startMs + Math.max(0, theirs.knownMs))}.`,
    columns: ['images', 'unique layers', 'their bytes', 'wall', 'CPU', 'peak memory', 'per image'],
    rows: points.map(({ count, layers, bytes, sample: { wallMs, cpuMs, peakMb } }) => [
      String(count),
      String(layers),
      megabytes(bytes / 1e6),
      time(wallMs),
      time(cpuMs),
      megabytes(peakMb),
      time(wallMs / count),
    ]),
  };
}

function goalsOf(points: readonly Point[], { middles }: ManyOptions): Goal[] {
  const last = points.at(-1);
  // The first point by which all bases and middles have been read: what comes after it is only new in its small tops.
  const whole = points.find(({ count }) => count >= middles);
  if (last === undefined || whole === undefined || whole === last) return [];
  const further = (last.sample.wallMs - whole.sample.wallMs) / (last.count - whole.count);
  const before = whole.sample.wallMs / whole.count;
  return [
    {
      input: 'm',
      what: 'a further image of known bases against one of the first',
      measured: further / before,
      limit: 0.75,
      unit: '',
    },
  ];
}
