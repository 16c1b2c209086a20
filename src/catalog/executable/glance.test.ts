import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Glance } from '../../image/image.ts';
import { executable } from './executable.ts';
import { glancing } from './glance.ts';

/** Whether the file would be read, with no more seen of it than a glance needs. */
function reads(path: string, bytes: Buffer): boolean {
  const glance: Glance = glancing.judge(path, bytes.length, bytes.subarray(0, glancing.bytes));
  if (typeof glance === 'string') return glance === 'everything';
  expect(bytes.length - glance.from).toBeLessThan(2 << 20);
  return glance.shows(bytes.subarray(glance.from));
}

function keeps(path: string, bytes: Buffer): boolean {
  const extraction = executable.open(path, bytes.length);
  for (let at = 0; at < bytes.length; at += 1 << 20) {
    if (!extraction.write(bytes.subarray(at, at + (1 << 20)))) break;
  }
  return extraction.end() !== undefined;
}

const folders = ['golang', 'cargo'].map((name) => new URL(`../${name}/testdata/`, import.meta.url));
const programs = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.gz'))
    .map((name) => [name, gunzipSync(readFileSync(new URL(name, folder)))] as const),
);

describe('programs of which something is kept', () => {
  it.each(programs)('%s is read', (_name, bytes) => {
    expect(keeps('opt/app', bytes)).toBe(true);
    expect(reads('opt/app', bytes)).toBe(true);
  });
});

describe('the programs and libraries of this machine', () => {
  const folder = '/usr/bin/';
  const found = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .slice(0, 150)
    .map(({ name }) => [name, readFileSync(folder + name)] as const)
    .filter(([, bytes]) => bytes.length < 8 << 20);
  it('are read where something is kept of them, and most others are not', () => {
    const read = found.filter(([name, bytes]) => reads(`opt/${name}`, bytes));
    const kept = found.filter(([name, bytes]) => keeps(`opt/${name}`, bytes));
    expect(read.map(([name]) => name)).toEqual(expect.arrayContaining(kept.map(([name]) => name)));
    expect(read.length).toBeLessThan(found.length / 2);
  });
});

describe('an odd file', () => {
  const [, whole] = programs.find(([name]) => name === 'r-lld.gz') ?? ['', Buffer.alloc(0)];
  const changed = (change: (head: Buffer) => void): Buffer => {
    const bytes = Buffer.from(whole);
    change(bytes);
    return bytes;
  };
  it.each([
    ['without a table of sections', changed((bytes) => bytes.writeBigUInt64LE(0n, 40))],
    ['with its table elsewhere', changed((bytes) => bytes.writeBigUInt64LE(4096n, 40))],
    ['with names elsewhere', changed((bytes) => bytes.writeUInt16LE(1, 62))],
    ['of no sections', changed((bytes) => bytes.writeUInt16LE(1, 60))],
    ['with odd headers', changed((bytes) => bytes.writeUInt16LE(9, 54))],
    ['packed by UPX', changed((bytes) => bytes.write('UPX!', 1000))],
  ])('%s is read', (_name, bytes) => {
    expect(reads('opt/app', bytes)).toBe(true);
  });
  it('that is no program is not', () => {
    expect(reads('opt/app', Buffer.from('#!/bin/sh\n'.repeat(100)))).toBe(false);
    expect(reads('opt/app', Buffer.alloc(0))).toBe(false);
  });
});

it.each([
  ['opt/app', true, true],
  ['opt/libx.so.1', false, true],
  ['usr/sbin/nginx', false, true],
  ['opt/data', false, false],
])('%s, executable %s, is likely: %s', (path, mayExecute, likely) => {
  expect(glancing.likely(path, mayExecute)).toBe(likely);
});
