import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { deflateSync, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Extract } from '../../image/image.ts';
import { executable } from './executable.ts';
import type { Program } from './program.ts';

function testdata(path: string): Buffer {
  return gunzipSync(readFileSync(new URL(`../${path}.gz`, import.meta.url)));
}

const names = ['go1.13-amd64', 'go1.16-s390x', 'go1.16-windows', 'go1.17-386', 'go1.26-darwin', 'go1.26-pie'];
const programs: readonly (readonly [string, Buffer])[] = [
  ...names.map((name) => [name, testdata(`golang/testdata/${name}`)] as const),
  ...['r-lld', 'r-bfd-stripped'].map((name) => [name, testdata(`cargo/testdata/${name}`)] as const),
];
const [oldGo, rust] = [programs[0]?.[1] ?? Buffer.alloc(0), programs.at(-1)?.[1] ?? Buffer.alloc(0)];

/** What is kept when the bytes come in pieces of these lengths, the last again and again. */
function extract(
  bytes: Buffer,
  lengths: readonly number[] = [1 << 20],
  path = 'opt/app',
  size = bytes.length,
): Extract | undefined {
  const extraction = executable.open(path, size);
  let more = true;
  for (let at = 0, index = 0; more && at < bytes.length; index++) {
    const length = lengths[Math.min(index, lengths.length - 1)] ?? 1;
    const chunk = Uint8Array.from(bytes.subarray(at, at + length));
    more = extraction.write(chunk);
    chunk.fill(0xee);
    at += length;
  }
  return extraction.end();
}

function programOf(kept: Extract | undefined): Program | undefined {
  return kept && (JSON.parse(new TextDecoder().decode(kept.bytes)) as Program);
}

function changed(bytes: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
}

describe.each(programs)('%s', (_name, bytes) => {
  const whole = programOf(extract(bytes));
  it('is found', () => {
    expect(whole?.faults).toEqual([]);
    expect(whole?.go?.modules?.includes('\ndep\t') ?? whole?.rust?.startsWith('{"packages":')).toBe(true);
  });
  it('is the same in pieces of any lengths', () => {
    const interesting = ['\xff Go buildinf:', '\x30\x77\xaf\x0c', 'go1.1', '\x78\x9c', '.dep-v0'].flatMap((text) => {
      const at = bytes.indexOf(text, 0, 'latin1');
      return at < 1 ? [] : [at];
    });
    const border = fc
      .tuple(fc.constantFrom(...interesting), fc.integer({ min: -40, max: 1200 }), fc.integer({ min: 1, max: 70 }))
      .map(([at, delta, next]) => [Math.max(1, at + delta), next, next, 1 << 19]);
    const any = fc
      .array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 9 })
      .map((some) => [...some, 50_000]);
    fc.assert(
      fc.property(fc.oneof(border, any), (lengths) => {
        expect(programOf(extract(bytes, lengths))).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });
});

it('is the same byte for byte', () => {
  expect(programOf(extract(rust, [1]))).toEqual(programOf(extract(rust)));
});

describe('digests', () => {
  const digest = (name: string): string => `${name}:${createHash(name).update(oldGo).digest('hex')}`;
  it.each([
    ['usr/bin/app', ['md5', 'sha1', 'sha256'].map(digest)],
    ['usr/local/bin/app', undefined],
  ])('of a Go program at %s', (path, expected) => {
    expect(extract(oldGo, [70_000], path)?.digests).toEqual(expected);
  });
});

describe('what can not be read', () => {
  const faults = (bytes: Buffer): unknown => programOf(extract(bytes))?.faults;
  it('is told of a Go program without build info', () => {
    const stripped = changed(oldGo, (copy) => copy.fill(0, 4096));
    expect(faults(stripped)).toMatchObject([{ of: 'go', code: 'unreadable', lossy: true }]);
  });
  it('is told of build info that is cut', () => {
    const bytes = testdata('golang/testdata/go1.26-amd64');
    const at = bytes.indexOf('\xff Go buildinf:', 0, 'latin1');
    const cut = bytes.subarray(0, at + 300);
    // The modules are also among the constants.
    expect(programOf(extract(cut))?.go).toEqual(programOf(extract(bytes))?.go);
    const both = changed(cut, (copy) => copy.fill(0, copy.indexOf('\x30\x77\xaf\x0c', 0, 'latin1'), at));
    expect(faults(both)).toMatchObject([{ of: 'go', code: 'corrupt', lossy: true }]);
  });
  it('is told of a version that is nowhere', () => {
    const lost = changed(oldGo, (copy) => {
      for (let at = copy.indexOf('go1.'); at >= 0; at = copy.indexOf('go1.')) copy.write('xx', at);
    });
    expect(programOf(extract(lost))).toMatchObject({
      go: { modules: expect.stringContaining('rsc.io/quote') as string },
      faults: [{ of: 'go', code: 'unreadable', lossy: true }],
    });
  });
  it('is told of a packed program', () => {
    const packed = changed(rust.subarray(0, 8192), (copy) => copy.write('UPX!', 0x700));
    expect(faults(packed)).toMatchObject([{ of: 'go', code: 'unsupported', detail: 'UPX', lossy: true }]);
  });
  it('is told of a list of crates that is damaged, or is no zlib', () => {
    const at = rust.indexOf(Buffer.from('789c', 'hex'));
    const told = [{ of: 'rust', lossy: true }];
    expect(faults(changed(rust, (copy) => copy.fill(0x11, at + 120, at + 130)))).toMatchObject(told);
    expect(faults(changed(rust, (copy) => copy.fill(0, at, at + 100)))).toMatchObject(told);
  });
  it('is a list of crates that no section is', () => {
    const renamed = changed(rust, (copy) => copy.write('.dep-v1', copy.indexOf('.dep-v0')));
    expect(extract(renamed)).toBeUndefined();
  });
  it('of lists of crates the one of the section is read', () => {
    const decoy = deflateSync('{"packages":[{"name":"decoy","version":"1.0.0"}]}');
    // The linker's own comment lies before, and is not loaded either.
    const at = rust.indexOf(Buffer.from('789c', 'hex')) - decoy.length;
    expect(programOf(extract(changed(rust, (copy) => copy.set(decoy, at))))?.rust).toContain('"ship"');
  });
});

describe('no programs', () => {
  it.each([
    ['a text with the words of one', Buffer.from(`${'\xff Go buildinf:'.repeat(100)}${'x'.repeat(5000)}`, 'latin1')],
    ['a Java class', Buffer.from(`cafebabe00000041${'00'.repeat(100)}`, 'hex')],
    ['a DOS program', Buffer.concat([Buffer.from('MZ'), Buffer.alloc(5000)])],
    ['a short file', Buffer.from('\x7fELF')],
    ['an empty file', Buffer.alloc(0)],
    ['an object file', changed(rust, (copy) => copy.writeUInt16LE(1, 16))],
  ])('%s', (_name, bytes) => {
    const extraction = executable.open('opt/x', bytes.length);
    expect(bytes.length > 0 && extraction.write(bytes)).toBe(false);
    expect(extraction.end()).toBeUndefined();
  });
  it.each(['usr/lib/python3/x.py', 'app/index.js', 'usr/include/x.h'])('%s is not looked at', (path) => {
    expect(executable.selects(path)).toBe(false);
  });
});

describe('hostile files', () => {
  it('of a gigabyte of nothing pass in no time', () => {
    const extraction = executable.open('opt/x', 2 ** 30);
    const head = Buffer.alloc(1 << 20);
    head.write('\x7fELF\x02\x01\x01', 'latin1');
    extraction.write(head);
    const zeros = Buffer.alloc(1 << 20);
    const before = performance.now();
    for (let count = 1; count < 1024; count++) extraction.write(zeros);
    expect(extraction.end()).toBeUndefined();
    expect(performance.now() - before).toBeLessThan(5000);
  });
  it('full of beginnings cost little', () => {
    const beginnings = [
      '789c',
      '7801',
      '3077af0c9274080241e1c107e6d618e6',
      'ff20476f206275696c64696e663a0802ffffffffff7f',
    ];
    const start = changed(oldGo.subarray(0, 4096), (copy) => copy.writeUInt16LE(0, 56));
    for (const text of beginnings) {
      const unit = Buffer.concat([Buffer.from(text, 'hex'), Buffer.alloc(32)]).subarray(0, 48);
      const padded = Buffer.concat([unit, Buffer.from('05'.repeat(16), 'hex')]).subarray(0, 48);
      const bytes = Buffer.concat([start, Buffer.alloc(8 << 20, padded)]);
      const before = performance.now();
      extract(bytes);
      expect(performance.now() - before).toBeLessThan(3000);
    }
  });
  it('with any lie in their headers are read or told', () => {
    const lie = fc.tuple(fc.nat(400), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff));
    const samples = programs.map(([, bytes]) => bytes.subarray(0, 600_000));
    fc.assert(
      fc.property(fc.nat(samples.length - 1), fc.array(lie, { minLength: 1, maxLength: 6 }), (which, lies) => {
        const bytes = changed(samples[which] ?? Buffer.alloc(0), (copy) => {
          for (const [at, value] of lies) copy[at] = value;
        });
        const kept = programOf(extract(bytes, [4096, 100_000]));
        expect(kept?.faults.every(({ message }) => message !== '') ?? true).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
  it('of another size than said are read', () => {
    expect(programOf(extract(oldGo, [1 << 20], 'x', 2 ** 40))?.go?.version).toBe('go1.13.15');
    expect(extract(oldGo.subarray(0, 100), [10], 'x', 5000)).toBeUndefined();
  });
});
