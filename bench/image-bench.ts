// Whole image scans without cache: Seaworthy, Trivy and the floor in turn, on the same OCI layouts.
import { join } from 'node:path';
import { type Contender, held, interleave, medians, output, type Sample } from './measure.ts';
import { type Goal, megabytes, ratio, type Section, time } from './results.ts';
import { installTrivy, trivyImage, trivyStart } from './trivy.ts';

/** Where things lie. */
export interface Bench {
  readonly root: string;
  /** Folder of large artefacts. */
  readonly work: string;
  /** `SEAWORTHY_HOME` of the runs. */
  readonly home: string;
  readonly rounds: number;
  readonly log: (line: string) => void;
}

interface Input {
  /** Its letter in the goals. */
  readonly letter: string;
  readonly folder: string;
  readonly what: string;
  readonly goals: { readonly trivy: number; readonly floor: number; readonly peakMb: number };
}

const inputs: readonly Input[] = [
  { letter: 'a', folder: 'minbase', what: 'Debian bookworm minbase', goals: { trivy: 0.3, floor: 1.3, peakMb: 100 } },
  {
    letter: 'b',
    folder: 'large',
    what: 'Debian bookworm with openjdk, nodejs, npm, python3, nginx, build-essential',
    goals: { trivy: 0.25, floor: 1.3, peakMb: 150 },
  },
];

/** Scans a reference; `options` come before it. */
export function scanContender(bench: Bench, reference: string, options: readonly string[]): Contender {
  const main = join(bench.root, 'dist/cli/main.js');
  const fixed = ['scan', '--offline', '--fail-on', 'none', '--format', 'json'];
  return {
    name: 'seaworthy',
    command: [process.execPath, main, ...fixed, ...options, reference],
    env: { SEAWORTHY_HOME: bench.home },
    // 3: without a feed of the release not everything can be assessed; that it was read is checked by its output.
    accepts: [0, 3],
  };
}

/** Measures all inputs. */
export function benchImages(bench: Bench): { sections: Section[]; goals: Goal[] } {
  const trivy = installTrivy(bench.work);
  const results = inputs.map((input) => benchImage(bench, input, trivy));
  return { sections: results.map(({ section }) => section), goals: results.flatMap(({ goals }) => goals) };
}

function benchImage(bench: Bench, input: Input, trivy: string): { section: Section; goals: Goal[] } {
  const layout = join(bench.work, input.folder, 'oci');
  const own = scanContender(bench, `oci:${layout}:latest`, ['--no-cache']);
  const floor: Contender = { name: 'floor', command: [process.execPath, join(bench.root, 'bench/floor.ts'), layout] };
  const theirs = trivyImage(bench.work, trivy, layout);
  const start = trivyStart(trivy);
  bench.log(`${input.folder}: checking that both list the same`);
  const [seaworthy, trivyRun] = [held(own), held(theirs)];
  const packages = agreedPackages(seaworthy.text, trivyRun.text);
  const unpacked = Number(output(floor));
  bench.log(`${input.folder}: ${bench.rounds} rounds`);
  const samples = interleave([seaworthy.contender, start, trivyRun.contender, floor], bench.rounds);
  const of = (name: string): readonly Sample[] => samples.get(name) ?? [];
  const net = of('trivy').map((sample, i) => minus(sample, of('trivy --version')[i]));
  const text = `${input.what}: ${megabytes(unpacked / 1e6)} unpacked, ${packages} Debian packages, which both list alike.`;
  return compare(input, text, {
    own: medians(of('seaworthy')),
    gross: medians(of('trivy')),
    net: medians(net),
    floor: medians(of('floor')),
    ownRuns: of('seaworthy'),
  });
}

function minus(sample: Sample, start: Sample | undefined): Sample {
  return { ...sample, wallMs: sample.wallMs - (start?.wallMs ?? 0), cpuMs: sample.cpuMs - (start?.cpuMs ?? 0) };
}

interface Compared {
  readonly own: Sample;
  readonly gross: Sample;
  readonly net: Sample;
  readonly floor: Sample;
  readonly ownRuns: readonly Sample[];
}

function compare(
  input: Input,
  text: string,
  { own, gross, net, floor, ownRuns }: Compared,
): { section: Section; goals: Goal[] } {
  const row = (name: string, sample: Sample): string[] => [
    name,
    time(sample.wallMs),
    time(sample.cpuMs),
    megabytes(sample.peakMb),
    ratio(sample.wallMs / net.wallMs),
    ratio(sample.wallMs / floor.wallMs),
    ratio(sample.cpuMs / net.cpuMs),
  ];
  const worst = Math.max(...ownRuns.map(({ peakMb }) => peakMb));
  const { letter: at, goals } = input;
  return {
    section: {
      title: `(${at}) ${input.folder}`,
      text: `${text} Spread of Seaworthy's runs: ${time(Math.min(...ownRuns.map(({ wallMs }) => wallMs)))} to ${time(Math.max(...ownRuns.map(({ wallMs }) => wallMs)))}.`,
      columns: ['whole process', 'wall', 'CPU', 'peak memory', 'wall / Trivy net', 'wall / floor', 'CPU / Trivy net'],
      rows: [row('Seaworthy', own), row('Trivy net', net), row('Trivy gross', gross), row('floor', floor)],
    },
    goals: [
      { input: at, what: "wall, of Trivy's net", measured: own.wallMs / net.wallMs, limit: goals.trivy, unit: '' },
      { input: at, what: 'wall, of the floor', measured: own.wallMs / floor.wallMs, limit: goals.floor, unit: '' },
      { input: at, what: 'peak memory, median', measured: own.peakMb, limit: goals.peakMb, unit: 'MB' },
      { input: at, what: 'peak memory, worst run', measured: worst, limit: goals.peakMb, unit: 'MB' },
    ],
  };
}

/** A fast scan that finds less is no scan: both must list the same Debian packages. */
function agreedPackages(report: string, bom: string): number {
  const own: { packages: { type: string; name: string; version: string }[] } = JSON.parse(report);
  const theirs: { components: { purl?: string; name: string; version: string }[] } = JSON.parse(bom);
  const listed = new Set(
    own.packages.filter(({ type }) => type === 'deb').map(({ name, version }) => `${name} ${version}`),
  );
  const expected = new Set(
    theirs.components
      .filter(({ purl }) => purl?.startsWith('pkg:deb/'))
      .map(({ name, version, purl }) => `${name} ${withEpoch(version, purl)}`),
  );
  const differing = [...listed, ...expected].filter((entry) => listed.has(entry) !== expected.has(entry));
  if (differing.length > 0 || listed.size === 0) {
    throw new Error(
      `the two list different packages (${listed.size}, ${expected.size}): ${differing.slice(0, 5).join(', ')}`,
    );
  }
  return listed.size;
}

/** Trivy gives the epoch only as a qualifier of the purl. */
function withEpoch(version: string, purl = ''): string {
  const epoch = /[?&]epoch=(\d+)/.exec(purl)?.[1];
  return epoch && !version.startsWith(`${epoch}:`) ? `${epoch}:${version}` : version;
}
