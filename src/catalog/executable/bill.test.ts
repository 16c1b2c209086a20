import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { executable } from './executable.ts';
import type { Program } from './program.ts';

const flags = { code: 5, constants: 4, data: 6 } as const;

/** An ELF file of code and of one segment more, which holds the bytes. */
function elf(content: Buffer, kind: keyof typeof flags = 'constants'): Buffer {
  const head = Buffer.alloc(4096);
  head.write('\x7fELF\x02\x01\x01', 'latin1');
  for (const [at, value] of [
    [16, 3],
    [54, 56],
    [56, 2],
  ] as const)
    head.writeUInt16LE(value, at);
  head.writeBigUInt64LE(64n, 32);
  for (const [index, [flag, offset, size]] of [
    [flags[kind], 4096, content.length] as const,
    [kind === 'code' ? flags.constants : flags.code, 0, 4096] as const,
  ].entries()) {
    const at = 64 + index * 56;
    head.writeUInt32LE(1, at);
    head.writeUInt32LE(flag, at + 4);
    head.writeBigUInt64LE(BigInt(offset), at + 8);
    head.writeBigUInt64LE(BigInt(size), at + 32);
  }
  return Buffer.concat([head, content]);
}

function extract(bytes: Buffer, lengths: readonly number[] = [1 << 20]): Program | undefined {
  const extraction = executable.open('opt/app', bytes.length);
  let more = true;
  for (let at = 0, index = 0; more && at < bytes.length; index++) {
    const length = lengths[Math.min(index, lengths.length - 1)] ?? 1;
    const chunk = Uint8Array.from(bytes.subarray(at, at + length));
    more = extraction.write(chunk);
    chunk.fill(0xee);
    at += length;
  }
  const kept = extraction.end();
  return kept && (JSON.parse(new TextDecoder().decode(kept.bytes)) as Program);
}

/** Text that compresses badly, so that the bill is longer than what is looked at first. */
function bill(name: string, count = 400): string {
  const components = Array.from({ length: count }, (_, index) => ({
    name: `${name}-${(index * 2654435761) % 4294967296}`,
    version: '1',
  }));
  return JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.5', components });
}

const filler = Buffer.alloc(5000, 'constants ');
const around = (...parts: readonly Buffer[]): Buffer => Buffer.concat([filler, ...parts, filler]);
const unpacked = (program: Program | undefined): string | undefined =>
  program?.bill && gunzipSync(Buffer.from(program.bill, 'base64')).toString();

describe('a bill of materials', () => {
  it.each(['constants', 'data'] as const)('is found in %s, without what follows', (kind) => {
    const packed = gzipSync(bill('a'));
    const program = extract(elf(around(packed, packed), kind));
    expect(program).toEqual({ format: 'elf', bill: packed.toString('base64'), faults: [] });
    expect(unpacked(program)).toBe(bill('a'));
  });
  it.each([
    ['in code', elf(around(gzipSync(bill('a'))), 'code')],
    ['of another kind', elf(around(gzipSync('{"packages":[]}')))],
    ['of another format', elf(around(gzipSync('{"bomFormat":"SPDX"}')))],
  ])('%s is none', (_name, bytes) => {
    expect(extract(bytes)).toBeUndefined();
  });
  it('is the same in pieces of any lengths, and the first of several', () => {
    const bytes = elf(around(gzipSync(bill('long', 3000)), gzipSync(bill('short', 1))));
    const whole = extract(bytes);
    expect(unpacked(whole)).toBe(bill('long', 3000));
    const lengths = fc.array(fc.integer({ min: 1, max: 9200 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 60, max: 9000 }), (some, last) => {
        expect(extract(bytes, [...some, last])).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });
});

describe('hostile bills', () => {
  const packed = gzipSync(bill('a'));
  const java = { of: 'java', code: 'corrupt', lossy: true };
  it.each([
    [
      'cut by the end of the file',
      elf(Buffer.concat([filler, packed.subarray(0, 700)])),
      { ...java, detail: 'cut short' },
    ],
    ['damaged', elf(around(packed.subarray(0, 600), Buffer.alloc(600, 0xff))), java],
    [
      'that grow without end',
      elf(around(gzipSync(`{"bomFormat":"CycloneDX","x":"${' '.repeat(20 << 20)}"}`))),
      { ...java, code: 'too-large' },
    ],
  ])('%s are told', (_name, bytes, fault) => {
    const told = extract(bytes);
    expect(told?.bill).toBeUndefined();
    expect(told?.faults).toMatchObject([fault]);
    expect(extract(bytes, [4096, 777])).toEqual(told);
  });
  it.each([
    ['headers alone', Buffer.from('1f8b08000000000000ff', 'hex')],
    ['headers of other things', gzipSync('other')],
    ['beginnings', packed.subarray(0, 520)],
  ])('%s by the thousand cost little', (_name, unit) => {
    const bytes = elf(Buffer.alloc(8 << 20, unit));
    const before = performance.now();
    expect(extract(bytes, [65_536])?.bill).toBeUndefined();
    expect(performance.now() - before).toBeLessThan(3000);
  });
});
