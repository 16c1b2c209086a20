import { describe, expect, it } from 'vitest';
import type { Revision } from '../../advisory.ts';
import { revisionsIn } from './revisions.ts';

const ROOT = 'https://vex.test/';
const list = (text: string, isThere = true): Revision[] => [...revisionsIn(Buffer.from(text), ROOT, isThere)];

describe('a list of changes', () => {
  it('says which documents changed, and when', () => {
    // Lines as Red Hat writes them; the second without quotes, and of another offset.
    const lines = [
      '"2024/cve-2024-1234.json","2026-11-23T10:30:00+00:00"',
      '2023/cve-2023-9.json,2026-11-23T01:00:00+02:00',
    ];
    expect(list(`${lines[0]}\n`)).toEqual([
      { id: 'CVE-2024-1234', at: '2026-11-23T10:30:00.000Z', url: `${ROOT}2024/cve-2024-1234.json` },
    ]);
    expect(list('2023/cve-2023-98765.json,2026-11-23T01:00:00+02:00\r\n')).toEqual([
      { id: 'CVE-2023-98765', at: '2026-11-22T23:00:00.000Z', url: `${ROOT}2023/cve-2023-98765.json` },
    ]);
  });
  it('says what was taken away', () => {
    expect(list('"2024/cve-2024-1234.json","2026-11-23T10:30:00Z"', false)).toEqual([
      { id: 'CVE-2024-1234', at: '2026-11-23T10:30:00.000Z' },
    ]);
    expect(list('', false)).toEqual([]);
  });
  it.each([
    ['"../../etc/cve-2024-1234.json","2026-11-23T10:30:00Z"'],
    ['"2024/../cve-2024-1234.json","2026-11-23T10:30:00Z"'],
    ['"2024/cve-2024-1234/../x.json","2026-11-23T10:30:00Z"'],
    ['"//evil.test/2024/cve-2024-1234.json","2026-11-23T10:30:00Z"'],
    ['"2024/cve-2024-1234.json?x","2026-11-23T10:30:00Z"'],
    ['"2024/index.json","2026-11-23T10:30:00Z"'],
    ['"2024/cve-2024-1234.json","yesterday"'],
    ['"2024/cve-2024-1234.json","2026-99-99T99:99:99Z"'],
    ['"2024/cve-2024-1234.json"'],
    [`"2024/cve-2024-${'1'.repeat(10_000)}.json","2026-11-23T10:30:00Z"`],
    [''],
    ['Not Found'],
    ['{"a":1}'],
    ['\0\0\0'],
  ])('does not take %j for a document', (line) => {
    expect(() => list(line)).toThrow(expect.objectContaining({ code: 'not-the-format' }));
    expect(list(`${line}\n"2024/cve-2024-1234.json","2026-11-23T10:30:00Z"\n`).map(({ id }) => id)).toEqual([
      'CVE-2024-1234',
    ]);
  });
  it('is not a web page', () => {
    expect(() => list('<!doctype html>')).toThrow(expect.objectContaining({ code: 'not-the-format' }));
  });
  it('ends somewhere', () => {
    const line = '"2024/cve-2024-1234.json","2026-11-23T10:30:00Z"\n';
    expect(list(line.repeat(1000))).toHaveLength(1000);
    expect(() => list(line.repeat(1_000_000))).toThrow(expect.objectContaining({ code: 'too-large' }));
    expect(() => list('\n'.repeat(1_000_000))).toThrow(expect.objectContaining({ code: 'too-large' }));
  });
});
