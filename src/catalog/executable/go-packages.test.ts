import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { captures } from './capture.ts';
import { executable } from './executable.ts';
import { packageSearch } from './go-packages.ts';
import type { Program } from './program.ts';

/** What is kept of a genuine program's excerpt. */
function kept(name: string, change: (bytes: Buffer) => void = () => undefined): Program | undefined {
  const bytes = gunzipSync(readFileSync(new URL(`../golang/testdata/${name}.gz`, import.meta.url)));
  change(bytes);
  const extraction = executable.open('opt/app', bytes.length);
  for (let at = 0; at < bytes.length; at += 65_536) if (!extraction.write(bytes.subarray(at, at + 65_536))) break;
  const extract = extraction.end();
  return extract && (JSON.parse(new TextDecoder().decode(extract.bytes)) as Program);
}

/** What a search finds in bytes that come in pieces of that length. */
function search(bytes: Buffer, littleEndian = true, length = 65_536): readonly string[] | undefined {
  const under = captures();
  const found = packageSearch(under, littleEndian);
  for (let at = 0; at < bytes.length; at += length) {
    const piece = bytes.subarray(at, at + length);
    found.see(piece, at);
    under.feed(piece, at);
  }
  under.end();
  return found.result();
}

interface Shape {
  readonly magic: number;
  readonly size: 4 | 8;
  readonly littleEndian: boolean;
}

const newest: Shape = { magic: 0xf1, size: 8, littleEndian: true };

/** A table with these names, as the linker writes one. */
function table(names: readonly string[] | Buffer, { magic, size, littleEndian }: Shape = newest): Buffer {
  const texts = Buffer.isBuffer(names) ? names : Buffer.from(names.map((name) => `${name}\0`).join(''), 'latin1');
  const start = 8 + 8 * size;
  const header = Buffer.alloc(start);
  header.set(littleEndian ? [magic, 0xff, 0xff, 0xff, 0, 0, 1, size] : [0xff, 0xff, 0xff, magic, 0, 0, 1, size]);
  const words = [3, 1, ...(magic === 0xfa ? [] : [0x401000]), start, start + texts.length, 1, 2];
  for (const [index, word] of words.entries()) {
    const at = 8 + index * size;
    if (littleEndian) header.writeUInt32LE(word, at);
    else header.writeUInt32BE(word, at + size - 4);
  }
  return Buffer.concat([header, texts]);
}

const base = ['runtime.mallocgc', 'main.main'];

/** The longest table there may be, of the same names again and again. */
function filled(names: string): Buffer {
  const texts = Buffer.alloc(16 << 20, names);
  texts.write('runtime.x\0main.x\0');
  texts[texts.length - 1] = 0;
  return table(texts);
}

describe('genuine programs', () => {
  // By hand from the sources: of `winch` and `small` every function was inlined, `unused` is imported for nothing, of `konst`
  // only 42 is left, `data` and `types` have no functions.
  const own = ['example.com/berth/small', 'example.com/dock.v2', 'example.com/dock.v2/winch'];
  const runtime = ['internal/bytealg', 'internal/cpu', 'runtime'];
  it.each(['go1.16-s390x-names', 'go1.18-386-names', 'go1.21-windows-names', 'go1.26-stripped-names'])('%s', (name) => {
    const packages = kept(name)?.go?.packages ?? [];
    expect(packages.filter((one) => one.includes('.'))).toEqual(own);
    expect(packages).toEqual(expect.arrayContaining([...runtime, 'main']));
    expect(packages).not.toContain('fmt');
    expect(packages.every((one) => /^[\w./]+$/.test(one))).toBe(true);
  });

  it.each<[string, (bytes: Buffer) => void]>([
    ['without a table', (bytes) => bytes.fill(0, 641_736, 702_376)],
    ['with a table of a kind that is not known', (bytes) => bytes.fill(0xf7, 641_736, 641_737)],
    ['with names behind the end of the file', (bytes) => bytes.writeUInt32LE(20_000_000, 641_736 + 8 + 4 * 8)],
    ['whose names are hidden', (bytes) => bytes.fill('x', 641_736 + 72, 702_376)],
  ])('%s are not known', (_, change) => {
    const program = kept('go1.26-stripped-names', change);
    expect(program?.go).toEqual({
      version: 'go1.26.8',
      modules: expect.stringContaining('example.com/dock.v2') as string,
    });
    expect(program?.faults).toEqual([]);
  });

  it('of Go 1.15 and before are not known', () => {
    expect(kept('go1.13-amd64')?.go?.packages).toBeUndefined();
  });
});

describe('names', () => {
  it.each<[string, string[]]>([
    ['net/http.(*Server).Serve', ['net/http']],
    ['net/http.(*Server).Serve.func1', ['net/http']],
    ['gopkg.in/yaml%2ev3.Unmarshal', ['gopkg.in/yaml.v3']],
    ['go.uber.org/zap.New', ['go.uber.org/zap']],
    ['github.com/redis/go-redis/v9.(*baseClient).initConn', ['github.com/redis/go-redis/v9']],
    ['slices.SortFunc[go.shape.[]github.com/x/y.T,go.shape.struct {}]', ['slices']],
    ['a.com/b.(*T[github.com/x/y.U]).M', ['a.com/b']],
    ['example.com/a%22b.F', ['example.com/a"b']],
    ['sync/atomic.(*Pointer[...]).Load', ['sync/atomic']],
    ['type:.eq.net/http.Header', []],
    ['type..eq.[2]string', []],
    ['type..eq.net/http.Header', []],
    ['go:struct { io.Reader; io/fs.x }', []],
    ['_cgo_topofstack', []],
    ['_cgo_f00d.a', []],
    ['x_cgo_munmap.cold', []],
    ['', []],
    ['.', []],
  ])('%s', (name, expected) => {
    expect(search(table([...base, name]))).toEqual([...expected, 'main', 'runtime'].toSorted());
  });
});

describe('tables', () => {
  const shape = fc.record({
    magic: fc.constantFrom(0xfa, 0xf0, 0xf1),
    size: fc.constantFrom<4 | 8>(4, 8),
    littleEndian: fc.boolean(),
  });
  const element = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
  const path = fc.array(element, { minLength: 1, maxLength: 4 }).map((elements) => elements.join('/'));

  it('of any shape, at any place, in pieces of any length, tell all packages', () => {
    fc.assert(
      fc.property(shape, fc.array(path), fc.nat(100), fc.integer({ min: 1, max: 300 }), (one, paths, at, length) => {
        const names = [...base, ...paths.map((text) => `${text}.F`)];
        const bytes = Buffer.concat([Buffer.alloc(at), table(names, one), Buffer.alloc(9)]);
        const expected = [...new Set(['main', 'runtime', ...paths.filter((text) => text !== 'type')])].toSorted();
        expect(search(bytes, one.littleEndian, length)).toEqual(expected);
      }),
    );
  });
  it('of a program and of one that it carries are told together', () => {
    const bytes = Buffer.concat([table([...base, 'a.com/b.F']), Buffer.alloc(64), table([...base, 'c.com/d.F'])]);
    expect(search(bytes)).toEqual(['a.com/b', 'c.com/d', 'main', 'runtime']);
  });
  it.each<[string, Buffer]>([
    ['is cut', table([...base, 'a.com/b.F']).subarray(0, 8 + 8 * 8 + 30)],
    ['ends within a name', table(Buffer.from('runtime.x\0main.x\0a.com/b.F'))],
    ['is without the run-time', table(['main.main', 'a.com/b.F'])],
    ['is without a main package', table(['runtime.mallocgc', 'a.com/b.F'])],
    ['is one of very many', Buffer.concat(Array.from({ length: 9 }, () => table(base)))],
    ['has a name without end', table(Buffer.concat([Buffer.from('runtime.x\0main.x\0'), Buffer.alloc(1 << 20, 'x')]))],
    ['has too many packages', table([...base, ...Array.from({ length: 20_001 }, (_, index) => `p${index}.F`)])],
  ])('tell nothing where one %s', (_, bytes) => {
    expect(search(bytes)).toBeUndefined();
  });
  it('with any lie in them are read or tell nothing', () => {
    const bytes = table([...base, 'a.com/b.F']);
    const lie = fc.record({ at: fc.nat(bytes.length - 1), value: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(lie, { minLength: 1, maxLength: 9 }), (lies) => {
        const copy = Buffer.from(bytes);
        for (const { at, value } of lies) copy[at] = value;
        const found = search(copy, true, 50);
        expect(found === undefined || found.includes('runtime')).toBe(true);
      }),
    );
  });
  it.each<[string, Buffer, number | undefined]>([
    [
      'of as many bytes as may be',
      filled('example.com/a/b/c.(*Type).Method.func1.something.long\0other/package.Function\0'),
      4,
    ],
    ['of more names than may be', filled('a.b\0c.d\0'), undefined],
    ['of nothing', filled('\0'), undefined],
    ['that only begin', Buffer.alloc(16 << 20, Buffer.from([0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8])), undefined],
  ])('%s cost little', (_, bytes, expected) => {
    const started = process.cpuUsage().user;
    expect(search(bytes)?.length).toBe(expected);
    expect(process.cpuUsage().user - started).toBeLessThan(1e6);
  });
});
