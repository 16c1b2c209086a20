// Runs that are killed and go on where they were.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeMirror } from '../../../test/images/mirror.ts';
import type { Outcome } from '../../report/many/outcome.ts';
import { scan } from '../scan.ts';
import { type ScanAllOptions, scanAll } from './scan-all.ts';
import { flaw, listOf, writeMany } from './testdata/many-images.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-resume-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function outcomesOf(references: readonly string[], options: ScanAllOptions): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for await (const outcome of scanAll(listOf(references), options)) outcomes.push(outcome);
  return outcomes;
}

describe('a run that is killed', () => {
  const own = join(folder, 'killed');
  const mirror = join(folder, 'mirror');
  const databasePath = join(own, 'advisories.db');
  const cacheFolder = join(own, 'cache');
  const journal = join(own, 'journal.ndjson');
  const images = 16;
  let paths: string[] = [];

  beforeAll(async () => {
    mkdirSync(own);
    writeMirror(mirror, {}, { base: flaw('2') }, {});
    paths = writeMany(join(own, 'images'), { images, bases: 2, middles: 4 });
    await scan(paths[0] ?? '', { mirror, databasePath, cacheFolder: false });
  });

  function start(): ChildProcess {
    const program = new URL('./testdata/killed-run.ts', import.meta.url).pathname;
    return spawn(process.execPath, [program, databasePath, cacheFolder, journal, ...paths], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  /** Lines that it prints; it is killed after the first so many. */
  async function linesOf(child: ChildProcess, killAfter: number): Promise<string[]> {
    let text = '';
    child.stdout?.on('data', (piece: Buffer) => {
      text += piece.toString();
      if (text.split('\n').length > killAfter) child.kill('SIGKILL');
    });
    await once(child, 'close');
    return text.split('\n').slice(0, -1);
  }

  const journalled = (): string[] =>
    existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').slice(1, -1) : [];

  it('goes on where it was, with a torn last line dropped', async () => {
    const before = await linesOf(start(), 5);
    const noted = journalled().length;
    expect(before.length).toBeGreaterThanOrEqual(5);
    expect(before.length).toBeLessThan(images);
    // Whoever took an outcome may have been killed before it was noted: that image is scanned again.
    expect(noted).toBeGreaterThanOrEqual(before.length - 1);
    appendFileSync(journal, '{"digest":"sha256:torn');
    const after = await linesOf(start(), Number.POSITIVE_INFINITY);
    const kinds = (kind: string): string[] => after.filter((line) => line.startsWith(kind));
    expect(kinds('remembered').length).toBe(noted);
    expect(kinds('report').length).toBe(images - noted);
    expect(new Set(after.map((line) => line.split(' ')[1]))).toEqual(new Set(paths));
    expect(journalled().length).toBe(images);
    for (const line of journalled()) expect(() => JSON.parse(line)).not.toThrow();
  });

  const options = { offline: true, databasePath, cacheFolder, resume: journal } as const;
  const kindsOf = async (wanted: ScanAllOptions): Promise<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (const { kind } of await outcomesOf(paths, wanted)) counts[kind] = (counts[kind] ?? 0) + 1;
    return counts;
  };

  it('tells of each image what the run before found', async () => {
    const [first] = await outcomesOf(paths.slice(0, 1), options);
    expect(first).toMatchObject({
      kind: 'remembered',
      summary: { affected: { high: 1, unknown: 0 }, packages: 2, complete: true },
    });
  });

  it('scans an image again that has changed behind its name', async () => {
    const changed = paths[3] ?? '';
    const aside = writeMany(join(own, 'changed'), { images: 1, bases: 1, middles: 1, bytes: 17 })[0] ?? '';
    rmSync(changed, { recursive: true });
    cpSync(aside, changed, { recursive: true });
    expect(await kindsOf(options)).toEqual({ remembered: images - 1, report: 1 });
  });

  it('scans all again with other settings, and with another database', async () => {
    const vex = join(own, 'vex.json');
    writeFileSync(vex, JSON.stringify({ '@context': 'https://openvex.dev/ns/v0.2.0', '@id': 'a', statements: [] }));
    expect(await kindsOf({ ...options, vex: [vex] })).toEqual({ report: images });
    expect(await kindsOf({ ...options, vex: [vex] })).toEqual({ remembered: images });
    writeMirror(
      mirror,
      {},
      { base: { 'CVE-2020-0002': { releases: { bookworm: { status: 'open', urgency: 'low' } } } } },
      {},
    );
    rmSync(databasePath);
    await scan(paths[0] ?? '', { mirror, databasePath, cacheFolder: false });
    expect(await kindsOf({ ...options, vex: [vex] })).toEqual({ report: images });
  });

  it('scans all again when a document in a folder of VEX was written anew, and always with attached ones', async () => {
    const vex = join(own, 'vex');
    const write = (id: string): void =>
      writeFileSync(
        join(vex, 'a.json'),
        JSON.stringify({ '@context': 'https://openvex.dev/ns/v0.2.0', '@id': id, statements: [] }),
      );
    mkdirSync(vex);
    write('first');
    const [first = ''] = paths;
    const wanted = { ...options, resume: join(own, 'vex.ndjson'), vex: [vex] };
    const kinds = async (one: ScanAllOptions): Promise<string[]> =>
      (await outcomesOf([first], one)).map(({ kind }) => kind);
    expect([await kinds(wanted), await kinds(wanted)].flat()).toEqual(['report', 'remembered']);
    write('other');
    expect([await kinds(wanted), await kinds(wanted)].flat()).toEqual(['report', 'remembered']);
    const attached = { ...options, resume: join(own, 'attached.ndjson'), vex: ['image'] };
    expect([await kinds(attached), await kinds(attached)].flat()).toEqual(['report', 'report']);
  });

  it.each([
    ['a list', 'a list of images\n'],
    ['what was found', '{"schemaVersion":"1","references":[]}\n'],
    ['bytes', '\u0000\u0001'],
    ['a huge line', 'x'.repeat(3 << 20)],
  ])('does not write over a file of something else: %s', async (_, content) => {
    const other = join(own, 'other');
    writeFileSync(other, content);
    await expect(outcomesOf(paths, { ...options, resume: other })).rejects.toMatchObject({ code: 'not-a-journal' });
    expect(readFileSync(other, 'utf8')).toBe(content);
  });

  it('begins anew a journal of which only the beginning of its first line was written', async () => {
    const torn = join(own, 'torn');
    writeFileSync(torn, '{"schemaVersion":"1","jour');
    const [first = ''] = paths;
    expect((await outcomesOf([first], { ...options, resume: torn })).map(({ kind }) => kind)).toEqual(['report']);
    expect((await outcomesOf([first], { ...options, resume: torn })).map(({ kind }) => kind)).toEqual(['remembered']);
  });
});
