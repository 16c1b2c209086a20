import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { writeDockerArchive, writeOciArchive, writeOciLayout } from '../../../test/images/oci-image.ts';
import { collectGarbage } from '../../internal/collect-garbage.ts';
import type { Outcome } from '../../report/many/outcome.ts';
import { scan } from '../scan.ts';
import { type ImagesProgress, type ListedImage, type ScanAllOptions, scanAll } from './scan-all.ts';
import { layersOf, writeMany } from './testdata/many-images.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-all-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let made = 0;

function place(): string {
  const path = join(folder, String(made++));
  mkdirSync(path);
  return path;
}

function options(): ScanAllOptions & { readonly cacheFolder: string; readonly databasePath: string } {
  const own = place();
  return { offline: true, databasePath: join(own, 'none.db'), cacheFolder: join(own, 'cache') };
}

async function* listOf(references: readonly (string | ListedImage)[]): AsyncGenerator<ListedImage> {
  for (const one of references) yield typeof one === 'string' ? { reference: one } : one;
}

async function outcomesOf(
  references: readonly (string | ListedImage)[],
  wanted: ScanAllOptions = options(),
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for await (const outcome of scanAll(listOf(references), wanted)) outcomes.push(outcome);
  return outcomes;
}

const spec = { images: 24, bases: 3, middles: 6 };

describe('many images, broken ones among them', () => {
  it('are each as a scan of one alone tells, and what is broken fails alone', async () => {
    const at = place();
    const whole = writeMany(at, spec);
    const cut = join(at, 'cut');
    writeOciLayout(cut, { layers: [{ entries: [{ name: 'a', body: 'b'.repeat(5000) }], truncate: 20 }] });
    const wrong = join(at, 'wrong');
    writeOciLayout(wrong, {
      layers: [{ entries: [{ name: 'a', body: 'c' }], claimedDiffId: `sha256:${'0'.repeat(64)}` }],
    });
    const text = join(at, 'text');
    writeFileSync(text, 'no image');
    const docker = join(at, 'docker.tar');
    writeDockerArchive(docker, { layers: layersOf(1, spec) });
    const gzip = join(at, 'archive.tar.gz');
    writeOciArchive(gzip, { layers: layersOf(100, spec) }, { gzip: true });
    const rootfs = join(at, 'rootfs');
    mkdirSync(join(rootfs, 'etc'), { recursive: true });
    writeFileSync(join(rootfs, 'etc/os-release'), 'ID=alpine\nVERSION_ID=3.20.0\n');
    const good = [...whole, docker, gzip, rootfs];
    const broken = [cut, wrong, text, join(at, 'nowhere')];

    const settings = options();
    const outcomes = await outcomesOf([...broken.slice(0, 2), ...good, ...broken.slice(2)], settings);
    const failed = outcomes.flatMap((one) => (one.kind === 'failed' ? [[one.references[0], one.error.code]] : []));
    expect(Object.fromEntries(failed)).toEqual({
      [cut]: 'truncated',
      [wrong]: 'digest-mismatch',
      [text]: 'not-an-image',
      [join(at, 'nowhere')]: 'not-found',
    });
    const reports = outcomes.flatMap((one) => (one.kind === 'report' ? [one.report] : []));
    expect(reports.map(({ subject }) => subject.reference).toSorted()).toEqual(good.toSorted());
    for (const report of reports) {
      const alone = await scan(report.subject.reference, { ...settings, cacheFolder: false });
      const { provenance: _, ...rest } = alone;
      const { provenance: __, ...told } = report;
      expect(told).toEqual(rest);
    }
  });

  it('of one digest are scanned once and told under all names', async () => {
    const at = place();
    const [one = '', two = ''] = writeMany(at, { images: 2, bases: 1, middles: 1 });
    const copy = join(at, 'copy');
    cpSync(one, copy, { recursive: true });
    const outcomes = await outcomesOf([one, two, copy, `oci:${one}`, { reference: one, names: ['other:name'] }]);
    const named = outcomes.map(({ kind, references }) => `${kind} ${references.length}`);
    expect(named.toSorted()).toEqual(['report 1', 'report 4']);
    const all = outcomes.find(({ references }) => references.length === 4);
    expect(all?.references).toEqual([one, `oci:${one}`, 'other:name', copy]);
  });

  it('that were told of in an earlier batch are told to be the same', async () => {
    const at = place();
    const [one = '', two = ''] = writeMany(at, { images: 2, bases: 1, middles: 1 });
    const outcomes = await outcomesOf([one, two, `oci:${one}`], { ...options(), lookAhead: 2 });
    expect(outcomes.find(({ kind }) => kind === 'same')).toMatchObject({ references: [`oci:${one}`], as: one });
    expect(outcomes.length).toBe(3);
  });

  it('of one digest, of which one copy is damaged, are told of each for itself', async () => {
    const at = place();
    const [one = ''] = writeMany(at, { images: 1, bases: 1, middles: 1, bytes: 50_000 });
    const copy = join(at, 'damaged');
    cpSync(one, copy, { recursive: true });
    damage(copy);
    const outcomes = await outcomesOf([copy, one, `oci:${copy}`]);
    const told = outcomes.map(({ kind, references }) => `${kind} ${references.join(' ')}`);
    expect(told.toSorted()).toEqual([`failed ${copy} oci:${copy}`, `report ${one}`]);
  });
});

/** Damages the layers of a layout, which keep their sizes. */
function damage(layout: string): void {
  const blobs = join(layout, 'blobs/sha256');
  for (const name of readdirSync(blobs)) {
    const bytes = readFileSync(join(blobs, name));
    if (bytes[0] === 0x1f) writeFileSync(join(blobs, name), Buffer.alloc(bytes.length, 1));
  }
}

describe('each layer', () => {
  it.each([{ threads: 1 }, { threads: 3 }])('is read once by $threads threads', async ({ threads }) => {
    const at = place();
    const paths = writeMany(at, { ...spec, bytes: 20_000 });
    const settings = options();
    const thread = new URL('./testdata/counting-thread.ts', import.meta.url);
    const outcomes = await outcomesOf(paths, { ...settings, threads, thread });
    expect(outcomes.filter(({ kind }) => kind === 'report').length).toBe(spec.images);
    const opened = readFileSync(join(settings.databasePath, '../opened'), 'utf8').trim().split('\n');
    // Manifests and configurations are opened too.
    const layers = opened.filter((path) => readFileSync(path)[0] === 0x1f).map((path) => basename(path));
    expect(layers.length).toBe(spec.bases + spec.middles + spec.images);
    expect(new Set(layers).size).toBe(layers.length);
  });

  it('is not needed where the image is known', async () => {
    const paths = writeMany(place(), { images: 3, bases: 1, middles: 1 });
    const settings = options();
    await outcomesOf(paths, settings);
    for (const path of paths) damage(path);
    rmSync(join(settings.cacheFolder, 'layers'), { recursive: true });
    const again = await outcomesOf(paths, settings);
    expect(again.map(({ kind }) => kind)).toEqual(['report', 'report', 'report']);
    expect(readdirSync(settings.cacheFolder)).toEqual(['inventories']);
  });
});

describe('a run', () => {
  it('tells how many are done, and of how many once that is known', async () => {
    const paths = writeMany(place(), { images: 5, bases: 1, middles: 1 });
    const told: ImagesProgress[] = [];
    await outcomesOf(paths, {
      ...options(),
      onProgress: (progress) => void (progress.stage === 'images' && told.push(progress)),
    });
    expect(told.map(({ done, total }) => [done, total])).toEqual([1, 2, 3, 4, 5].map((done) => [done, 5]));
  });

  it('without images has no outcome', async () => {
    expect(await outcomesOf([])).toEqual([]);
  });

  it('leaves nothing in the temporary folder where nothing is kept', async () => {
    const temporary = place();
    vi.stubEnv('TMPDIR', temporary);
    const paths = writeMany(place(), { images: 3, bases: 1, middles: 1 });
    const outcomes = await outcomesOf(paths, { ...options(), cacheFolder: false });
    expect(outcomes.map(({ kind }) => kind)).toEqual(['report', 'report', 'report']);
    vi.unstubAllEnvs();
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('that nobody takes from any more ends its threads and its list', async () => {
    const paths = writeMany(place(), { images: 6, bases: 1, middles: 1 });
    let isClosed = false;
    async function* list(): AsyncGenerator<ListedImage> {
      try {
        yield* listOf(paths);
      } finally {
        isClosed = true;
      }
    }
    for await (const _ of scanAll(list(), { ...options(), lookAhead: 2 })) break;
    expect(isClosed).toBe(true);
  });

  it('keeps no report that was handed out', async () => {
    const paths = writeMany(place(), { images: 20, bases: 2, middles: 4 });
    const handed: WeakRef<object>[] = [];
    let most = 0;
    for await (const outcome of scanAll(listOf(paths), options())) {
      if (outcome.kind === 'report') handed.push(new WeakRef(outcome.report));
      await setImmediate();
      collectGarbage();
      most = Math.max(most, handed.filter((one) => one.deref() !== undefined).length);
    }
    expect(handed.length).toBe(20);
    expect(most).toBeLessThanOrEqual(4);
  });
});
