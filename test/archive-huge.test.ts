// An index of 100 MB, in a process of its own so that its memory can be told.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';

let folder: string;
let bytes = 0;

/** As compressible as Debian's, five to one. */
function* stanzas(): Generator<string> {
  const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
  for (let number = 0; bytes < 100_000_000; number++) {
    const text = `Package: p${number}\nSource: s${number >> 2} (1.${number})\nVersion: 1.${number}-1\nArchitecture: amd64\nDescription: ${digest(`x${number}`)}\n${' the same words as in every other description of a package\n'.repeat(12)}Filename: pool/main/p/p${number}/p${number}_1.${number}-1_amd64.deb\nSize: 12345\nSHA256: ${digest(String(number))}\n\n`;
    bytes += text.length;
    yield text;
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-huge-'));
  await pipeline(Readable.from(stanzas()), createGzip(), createWriteStream(join(folder, 'Packages.gz')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Beside the program itself, whose types Node strips here as it loads it.
it('is read within 100 MB of memory', () => {
  const module = new URL('../src/archive/index-file.ts', import.meta.url).href;
  const script = `
    const { distil, selectRows } = await import(${JSON.stringify(module)});
    const [folder, sha256] = [${JSON.stringify(folder)}, 'a'.repeat(64)];
    const before = process.memoryUsage().rss;
    await distil({ path: folder + '/Packages.gz', sha256, maxBytes: 1 << 28, subject: 'x' }, folder + '/kept');
    const found = await selectRows(folder + '/kept', sha256, { names: new Set(['p5']), sources: new Set(['s100']) });
    console.log(JSON.stringify({ rows: found.rows.length, faulty: found.faulty, taken: process.resourceUsage().maxRSS / 1024 - before / 2 ** 20 }));`;
  // As the command sets it (cli/process.ts).
  const flags = ['--semi-space-growth-factor=1', '--input-type=module', '--no-warnings'];
  const output = execFileSync(process.execPath, [...flags, '-e', script], {
    encoding: 'utf8',
  });
  const { rows, faulty, taken } = JSON.parse(output) as { rows: number; faulty: number; taken: number };
  expect(bytes).toBeGreaterThanOrEqual(100_000_000);
  expect({ rows, faulty }).toEqual({ rows: 5, faulty: 0 });
  expect(taken).toBeLessThan(100);
});
