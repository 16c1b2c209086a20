import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkTarget, openTarget, writeTarget } from './output.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-output-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

describe('checkTarget', () => {
  it.each([
    ['', 'the output is a folder'],
    ['nowhere/report', 'the folder of the output does not exist'],
    ['file/report', 'the output cannot be reached'],
  ])('refuses %j', (name, message) => {
    writeFileSync(at('file'), '');
    expect(() => checkTarget(at(name))).toThrow(message);
  });

  it('writes nothing itself', () => {
    checkTarget(at('new'));
    expect(readdirSync(folder)).not.toContain('new');
  });
});

describe('writeTarget', () => {
  it('writes new files, replaces old ones, and leaves nothing else', () => {
    mkdirSync(at('plain'));
    for (const text of ['one', 'two']) {
      writeTarget(at('plain/report'), [text]);
      expect(readFileSync(at('plain/report'), 'utf8')).toBe(text);
    }
    expect(readdirSync(at('plain'))).toEqual(['report']);
  });

  it('replaces what a symbolic link points to, not the link', () => {
    writeFileSync(at('real'), 'old');
    symlinkSync(at('real'), at('link'));
    writeTarget(at('link'), ['new']);
    expect(readFileSync(at('real'), 'utf8')).toBe('new');
    expect(statSync(at('link')).ino).toBe(statSync(at('real')).ino);
  });

  it('writes to a device as it is', () => {
    writeTarget('/dev/null', ['gone']);
    expect(statSync('/dev/null').isFile()).toBe(false);
  });

  it.runIf(process.getuid?.() !== 0)('says why it could not (needs a user that is not root)', () => {
    mkdirSync(at('closed'), { mode: 0o500 });
    expect(() => writeTarget(at('closed/report'), ['x'])).toThrow(/could not be written/);
  });

  it.runIf(process.platform === 'linux')('says why a full disk took nothing', () => {
    expect(() => writeTarget('/dev/full', ['x'])).toThrow('the report could not be written');
  });
});

describe('openTarget', () => {
  it('leaves the old file until all is written', () => {
    mkdirSync(at('streamed'));
    writeFileSync(at('streamed/report'), 'old');
    const target = openTarget(at('streamed/report'));
    target.write('one\n');
    target.write('two\n');
    expect(readFileSync(at('streamed/report'), 'utf8')).toBe('old');
    target.finish();
    target.abandon();
    expect(readFileSync(at('streamed/report'), 'utf8')).toBe('one\ntwo\n');
    expect(readdirSync(at('streamed'))).toEqual(['report']);
  });

  it('leaves nothing when it is abandoned', () => {
    mkdirSync(at('abandoned'));
    const target = openTarget(at('abandoned/report'));
    target.write('one');
    target.abandon();
    expect(readdirSync(at('abandoned'))).toEqual([]);
    expect(() => target.write('two')).toThrow('the report could not be written');
  });
});
