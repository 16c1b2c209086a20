// Building the advisory database from ../shared/feeds, matching packages against it, and scanning a known image again.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Package } from '../src/inventory/inventory.ts';
import { type Bench, scanContender } from './image-bench.ts';
import { type Contender, held, interleave, measure, median, medians, output, type Sample } from './measure.ts';
import { type Goal, megabytes, type Section, time } from './results.ts';

const ecosystem = 'Debian:11';

/** What a run of match.ts prints. */
interface MatchTimes {
  readonly totalMs: number;
  readonly loadMs: number;
  readonly openMs: number;
  readonly matchMs: number;
  readonly cpuMs: number;
  readonly peakMb: number;
  readonly findings: number;
}

/** Builds the database in the home of the runs, and measures building it. */
export function benchUpdate(bench: Bench, feeds: string): { sections: Section[]; goals: Goal[] } {
  const homes = join(bench.work, 'homes');
  mkdirSync(homes, { recursive: true });
  const update = (home: string): Contender => ({
    name: 'seaworthy db update',
    command: [process.execPath, join(bench.root, 'dist/cli/main.js'), 'db', 'update', '--mirror', feeds],
    env: { SEAWORTHY_HOME: home },
    // The snapshots lack one document of a publisher that is there in part, which an update tells by exit code 3.
    accepts: [0, 3],
  });
  rmSync(bench.home, { recursive: true, force: true });
  output(update(bench.home));
  bench.log(`database: ${bench.rounds} builds`);
  const samples: Sample[] = [];
  for (let i = 0; i < bench.rounds; i++) {
    const home = mkdtempSync(join(homes, 'home-'));
    samples.push(measure(update(home)));
    rmSync(home, { recursive: true });
  }
  const { wallMs, cpuMs, peakMb } = medians(samples);
  const size = statSync(join(bench.home, 'advisories.db')).size / 1e6;
  return {
    sections: [
      {
        title: '(d) database from the feed snapshots',
        columns: ['what', 'wall', 'CPU', 'peak memory', 'file'],
        rows: [['db update, all feeds, from nothing', time(wallMs), time(cpuMs), megabytes(peakMb), megabytes(size)]],
      },
    ],
    goals: [
      { input: 'd', what: 'building the database', measured: wallMs / 1000, limit: 20, unit: 's' },
      { input: 'd', what: 'peak memory of building it', measured: peakMb, limit: 400, unit: 'MB' },
    ],
  };
}

/** Judges 3,000 Debian packages, each time in a new process. */
export function benchMatch(bench: Bench, feeds: string): { sections: Section[]; goals: Goal[] } {
  const list = join(bench.work, 'packages.json');
  writeFileSync(list, JSON.stringify(syntheticPackages(feeds, 3000)));
  const database = join(bench.home, 'advisories.db');
  const match: Contender = {
    name: 'match',
    command: [process.execPath, matchProgram(bench), database, list],
    env: { NODE_COMPILE_CACHE: join(bench.work, 'match/compile-cache') },
  };
  const run = (): MatchTimes => JSON.parse(output(match));
  run();
  const runs = Array.from({ length: Math.max(bench.rounds, 9) }, run);
  const of = (key: keyof MatchTimes): number => median(runs.map((times) => times[key]));
  return {
    sections: [
      {
        title: '(d) 3,000 packages matched in a new process',
        text: `Names and sources from the Debian tracker's feed; ${of('findings')} findings each time. The file is in the page cache, as after an update; the code lies in few files and its compiled form is kept, as the command's.`,
        columns: [
          'from loading the code to the findings',
          'loading the code',
          'opening the database',
          'looking up and judging',
          'CPU, all threads',
          'peak memory',
        ],
        rows: [
          [
            time(of('totalMs')),
            time(of('loadMs')),
            time(of('openMs')),
            time(of('matchMs')),
            time(of('cpuMs')),
            megabytes(of('peakMb')),
          ],
        ],
      },
    ],
    goals: [
      { input: 'd', what: '3,000 packages matched, cold', measured: of('totalMs'), limit: 60, unit: 'ms' },
      { input: 'd', what: 'peak memory of matching them', measured: of('peakMb'), limit: 150, unit: 'MB' },
    ],
  };
}

/** Puts match.ts and what it needs into few files, as tools/build.ts does the command. */
function matchProgram(bench: Bench): string {
  const folder = join(bench.work, 'match');
  const bundler = join(bench.root, 'node_modules/rolldown/bin/cli.mjs');
  const words = [join(bench.root, 'bench/match.ts'), '--dir', folder, '--platform', 'node', '--log-level', 'silent'];
  output({ name: 'bundling match.ts', command: [process.execPath, bundler, ...words] });
  return join(folder, 'match.js');
}

/** Binary packages of the tracker's own source packages, old enough that most of their flaws apply. */
function syntheticPackages(feeds: string, count: number): Package[] {
  const tracker = readFileSync(join(feeds, 'security-tracker.debian.org/tracker/data/json'), 'utf8');
  const sources = Object.keys(JSON.parse(tracker)).toSorted();
  return Array.from({ length: count }, (_, i) => {
    const source = sources[i % sources.length] ?? '';
    const name = i < sources.length ? source : `lib${source}${Math.floor(i / sources.length)}`;
    const version = i % 2 === 0 ? '0.1-1' : '9999:1-1';
    return {
      id: `pkg:deb/debian/${name}@${version}`,
      name,
      version,
      ecosystem,
      type: 'deb',
      kind: 'binary',
      source: { name: source, version },
      architecture: 'amd64',
      purl: `pkg:deb/debian/${name}@${version}`,
      locations: [],
      licenses: [],
      foundBy: 'dpkg',
      metadata: { kind: 'dpkg' },
    };
  });
}

/** Scans images whose inventory is remembered. */
export function benchKnownImage(bench: Bench): { sections: Section[]; goals: Goal[] } {
  const folders = ['minbase', 'large'];
  const contenders = folders.map((folder): Contender => {
    const layout = join(bench.work, folder, 'oci');
    return { ...scanContender(bench, `oci:${layout}:latest`, []), name: folder };
  });
  const known = contenders.map((contender) => held(contender).contender);
  bench.log(`known images: ${bench.rounds} rounds`);
  const samples = interleave(known, Math.max(bench.rounds, 9));
  const results = folders.map((folder) => ({ folder, ...medians(samples.get(folder) ?? []) }));
  return {
    sections: [
      {
        title: '(c) second scan of a known image',
        columns: ['image', 'wall', 'CPU', 'peak memory'],
        rows: results.map(({ folder, wallMs, cpuMs, peakMb }) => [
          folder,
          time(wallMs),
          time(cpuMs),
          megabytes(peakMb),
        ]),
      },
    ],
    goals: results.map(({ folder, wallMs }) => ({
      input: 'c',
      what: `second scan of ${folder}`,
      measured: wallMs,
      limit: 150,
      unit: 'ms',
    })),
  };
}
