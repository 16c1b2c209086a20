// Bad input through the whole program: each ends with a message that says what is wrong, the right exit code, and memory
// and time within bounds.
import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Report } from '../src/finding/finding.ts';
import {
  type ImageSpec,
  repeatedLayer,
  type TarEntry,
  writeDockerArchive,
  writeOciArchive,
  writeOciLayout,
  zerosLayer,
} from './images/oci-image.ts';
import { tarBytes, tarMembers } from './images/tar.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));
let made = 0;

interface Outcome {
  readonly code: number | null;
  readonly stderr: string;
  readonly stdout: string;
  /** Peak memory of the process, MB. */
  readonly peak: number;
}

const tellPeak = `data:text/javascript,${encodeURIComponent(
  "import { writeSync } from 'node:fs'; process.on('exit', () => writeSync(3, String(process.resourceUsage().maxRSS)));",
)}`;

/** Scans in a process of its own. */
function seaworthy(...args: readonly string[]): Promise<Outcome> {
  const main = join(import.meta.dirname, '../src/cli/main.ts');
  const child = spawn(
    process.execPath,
    ['--import', tellPeak, main, 'scan', '--offline', '--no-cache', '--format', 'json', ...args],
    {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, SEAWORTHY_HOME: join(folder, 'home'), NO_COLOR: '1' },
    },
  );
  const texts = ['', '', ''];
  [child.stdout, child.stderr, child.stdio[3]].forEach((stream, i) => {
    stream?.on('data', (data: Buffer) => {
      texts[i] = `${texts[i] ?? ''}${data.toString()}`;
    });
  });
  return new Promise((resolve) => {
    child.on('close', (code) =>
      resolve({ code, stdout: texts[0] ?? '', stderr: texts[1] ?? '', peak: Number(texts[2]) / 1024 }),
    );
  });
}

function layout(image: ImageSpec | readonly ImageSpec[]): string {
  const path = join(folder, `layout-${made++}`);
  writeOciLayout(path, image);
  return path;
}

function reportOf({ stdout }: Outcome): Report {
  return JSON.parse(stdout) as Report;
}

const status = readFileSync(
  join(import.meta.dirname, '../src/catalog/dpkg/testdata/bookworm/var/lib/dpkg/status'),
  'latin1',
);
const osRelease: TarEntry = { name: 'etc/os-release', body: 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n' };
const sound: readonly TarEntry[] = [osRelease, { name: 'var/lib/dpkg/status', body: status }];

/** What can't be read at all: exit 3, nothing on stdout, one line that says so and one that says what to do. */
const unreadable: readonly [string, () => string, RegExp][] = [
  ['not an image: a text file', () => file('just words\n'), /not a tar archive/],
  ['not an image: an empty file', () => file(''), /not a tar archive/],
  ['not an image: a folder of other things', () => emptyFolder(), /neither an OCI layout .* nor a root file system/],
  ['not an image: a tar of other things', () => file(tarBytes(sound)), /neither manifest\.json nor index\.json/],
  ['nothing there', () => join(folder, 'nowhere'), /no file or folder of that name/],
  ['an archive cut off', () => cut(archive('oci'), 0.6), /cut off|does not have the size/],
  ['a docker archive cut off', () => cut(archive('docker'), 0.5), /cut off|cut short|middle of/],
  ['a gzip archive cut off', () => cut(archive('docker-gzip'), 0.5), /cut off|middle of|neither manifest/],
  ['a layer cut off', () => layout({ layers: [{ entries: sound, truncate: 100 }] }), /does not have the size/],
  ['a layer with a wrong digest', () => damaged('gzip'), /does not have the digest|cannot be decompressed/],
  ['a plain layer with one wrong byte', () => damaged('none'), /does not have the digest/],
  [
    'a wrong diffID',
    () => layout({ layers: [{ entries: sound, claimedDiffId: `sha256:${'a'.repeat(64)}` }] }),
    /does not have the diffID/,
  ],
  [
    'a digest that is none',
    () => layout({ layers: [{ entries: sound, claimedDigest: `sha256:${'Z'.repeat(64)}` }] }),
    /digest is neither/,
  ],
  [
    'a missing blob',
    () => layout({ layers: [{ entries: sound, missing: true }] }),
    /layer that the manifest names is not there/,
  ],
  [
    'an encrypted layer',
    () => layout({ layers: [{ entries: sound, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip+encrypted' }] }),
    /encrypted/,
  ],
  [
    'a layer of a foreign media type',
    () => layout({ layers: [{ entries: sound, mediaType: 'application/vnd.wasm.content.layer.v1+wasm' }] }),
    /not a file system layer/,
  ],
  [
    'an artifact that is no image',
    () =>
      layout({
        layers: [],
        manifest: {
          config: {
            mediaType: 'application/vnd.cncf.helm.config.v1+json',
            digest: `sha256:${'b'.repeat(64)}`,
            size: 2,
          },
        },
      }),
    /artifact of another kind/,
  ],
  ['an index that is no JSON', () => withIndex('{"manifests": ['), /not JSON/],
  ['an index that names nothing', () => withIndex('{"manifests": []}'), /names no image/],
  [
    'a layer of random bytes',
    () =>
      layout({
        layers: [{ tar: Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) & 255)), compression: 'none' }],
      }),
    /neither a tar archive nor gzip nor zstd/,
  ],
  [
    'a tar with a wrong checksum',
    () => layout({ layers: [{ entries: [...sound, { name: 'x', checksum: '0000000' }] }] }),
    /wrong checksum/,
  ],
];

describe('what can’t be read', () => {
  it.each(unreadable)('%s', async (_, make, message) => {
    const { code, stdout, stderr, peak } = await seaworthy(make());
    expect(stderr).toMatch(message);
    expect({ code, stdout, lines: stderr.trim().split('\n').length }).toEqual({ code: 3, stdout: '', lines: 2 });
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(peak).toBeLessThan(200);
  });

  it('a platform that is not offered says which are', async () => {
    const { code, stderr } = await seaworthy(
      '--platform',
      'linux/s390x',
      layout([{ layers: [{ entries: sound }] }, { layers: [{ entries: sound }], architecture: 'arm64' }]),
    );
    expect(code).toBe(3);
    expect(stderr).toMatch(/linux\/amd64, linux\/arm64/);
  });
});

describe('bombs', () => {
  it.each(['gzip', 'zstd'] as const)('%s of zeros is refused within memory', async (compression) => {
    const { code, stderr, peak } = await seaworthy(
      layout({ layers: [{ stored: zerosLayer(4096, 'zeros', compression), compression }] }),
    );
    expect(stderr).toMatch(/must be a bomb/);
    expect(code).toBe(3);
    expect(peak).toBeLessThan(200);
  });

  it('10 million entries are refused within memory', async () => {
    const chunk = tarMembers(
      Array.from({ length: 10_000 }, (_, i): TarEntry => ({ name: `d/${i}`, type: 'symlink', link: `${i}` })),
    );
    const stored = repeatedLayer({ head: Buffer.alloc(0), chunk, times: 1000, tail: Buffer.alloc(1024) });
    const { code, stderr, peak } = await seaworthy(layout({ layers: [{ stored }] }));
    expect(stderr).toMatch(/more entries than any real one|more symbolic links|must be a bomb/);
    expect(code).toBe(3);
    expect(peak).toBeLessThan(400);
  });

  it('a dpkg status of 2 GB is left unread, and the report says that packages are missing', async () => {
    const size = 2 * 2 ** 30;
    const chunk = Buffer.from(status.slice(0, 4096).padEnd(4096, '\n').repeat(256));
    const head = Buffer.concat([
      tarMembers([osRelease]),
      tarMembers([{ name: 'var/lib/dpkg/status', claimedSize: size }]),
    ]);
    const stored = repeatedLayer({ head, chunk, times: size / chunk.length, tail: Buffer.alloc(1024) });
    const outcome = await seaworthy(layout({ layers: [{ stored }] }));
    const report = reportOf(outcome);
    expect(report.problems).toContainEqual(
      expect.objectContaining({ code: 'too-large', path: '/var/lib/dpkg/status', lossy: true }),
    );
    expect(report.coverage.complete).toBe(false);
    expect(outcome.code).toBe(3);
    expect(outcome.peak).toBeLessThan(200);
  });
});

describe('what is odd but can be read', () => {
  it.each<[string, readonly TarEntry[], string, boolean]>([
    [
      'a link to itself where the database should be',
      [osRelease, { name: 'var/lib/dpkg/status', type: 'symlink', link: 'status' }],
      'link-cycle',
      true,
    ],
    [
      'links in a round above the database',
      [
        osRelease,
        { name: 'var/lib/dpkg', type: 'symlink', link: 'other' },
        { name: 'var/lib/other', type: 'symlink', link: 'dpkg' },
      ],
      'link-cycle',
      true,
    ],
    [
      'a database that has been removed, the lists still there',
      [osRelease, { name: 'var/lib/dpkg/info/dpkg.list', body: '/.\n' }],
      'unreadable',
      true,
    ],
    ['an empty database', [osRelease, { name: 'var/lib/dpkg/status', body: '\0'.repeat(5000) }], 'corrupt', true],
  ])('%s: the scan goes on, incomplete', async (_, entries, problem, lossy) => {
    const outcome = await seaworthy(layout({ layers: [{ entries }] }));
    expect(reportOf(outcome).problems).toContainEqual(expect.objectContaining({ code: problem, lossy }));
    expect(reportOf(outcome).coverage.complete).toBe(false);
    expect(outcome.code).toBe(3);
  });

  it('names that climb out or are absolute stay in the image, and are said', async () => {
    const entries: TarEntry[] = [
      { ...osRelease, name: '/etc/os-release' },
      { name: '../../var/lib/dpkg/status', body: status },
    ];
    const report = reportOf(await seaworthy(layout({ layers: [{ entries }] })));
    expect(report.distro?.ecosystem).toBe('Debian:12');
    expect(report.packages.length).toBeGreaterThan(0);
    expect(report.problems).toContainEqual(expect.objectContaining({ code: 'path-escape' }));
  });

  it('an image without layers has nothing to find: exit 0', async () => {
    const outcome = await seaworthy(layout({ layers: [] }));
    expect(reportOf(outcome).coverage).toMatchObject({ complete: true, ecosystems: [] });
    expect(outcome.code).toBe(0);
  });

  it('a static binary alone is not assessed, and the report does not say it is clean: exit 3', async () => {
    const outcome = await seaworthy(layout({ layers: [{ entries: [{ name: 'app', body: '\x7fELF' }] }] }));
    expect(reportOf(outcome).coverage.complete).toBe(false);
    expect(reportOf(outcome).coverage.notes.join(' ')).toMatch(/no package database/);
    expect(outcome.code).toBe(3);
  });
});

function file(content: string | Buffer): string {
  const path = join(folder, `file-${made++}`);
  writeFileSync(path, content);
  return path;
}

function emptyFolder(): string {
  const path = join(folder, `folder-${made++}`);
  mkdirSync(path);
  return path;
}

function archive(kind: 'oci' | 'docker' | 'docker-gzip'): string {
  const path = join(folder, `archive-${made++}.tar`);
  // Bytes that do not compress, so that the cut is in the layer.
  const image: ImageSpec = {
    layers: [
      {
        entries: [
          ...sound,
          { name: 'noise', body: Buffer.from(Array.from({ length: 200_000 }, () => Math.floor(Math.random() * 256))) },
        ],
      },
    ],
  };
  if (kind === 'oci') writeOciArchive(path, image);
  else writeDockerArchive(path, image, { gzip: kind === 'docker-gzip' });
  return path;
}

function cut(path: string, share: number): string {
  truncateSync(path, Math.floor(readFileSync(path).length * share));
  return path;
}

/** Changes one byte in the middle of the layer's blob. */
function damaged(compression: 'gzip' | 'none'): string {
  const path = layout({ layers: [{ entries: sound, compression }] });
  const index = JSON.parse(readFileSync(join(path, 'index.json'), 'utf8')) as { manifests: { digest: string }[] };
  const manifest = JSON.parse(readFileSync(blob(path, index.manifests[0]?.digest), 'utf8')) as {
    layers: { digest: string }[];
  };
  const layer = blob(path, manifest.layers[0]?.digest);
  const bytes = readFileSync(layer);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 0x10;
  writeFileSync(layer, bytes);
  return path;
}

function blob(layoutPath: string, digest = ''): string {
  return join(layoutPath, 'blobs', digest.replace(':', '/'));
}

function withIndex(text: string): string {
  const path = layout({ layers: [] });
  writeFileSync(join(path, 'index.json'), '');
  appendFileSync(join(path, 'index.json'), text);
  return path;
}
