import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeFolder } from './make-folder.ts';

const base = mkdtempSync(join(tmpdir(), 'seaworthy-folder-'));
afterAll(() => rmSync(base, { recursive: true }));

describe('makeFolder', () => {
  it('makes what is missing, for this user alone', () => {
    makeFolder(join(base, 'a', 'b', 'c'));
    for (const folder of ['a', 'a/b', 'a/b/c']) expect(statSync(join(base, folder)).mode & 0o777).toBe(0o700);
  });

  it('leaves a folder that is there as it is', () => {
    chmodSync(base, 0o755);
    makeFolder(base);
    makeFolder(join(base, '.', 'x', '..'));
    expect(statSync(base).mode & 0o777).toBe(0o755);
  });

  it.each(['file', 'file/below', 'nowhere', 'nowhere/below'])('throws for %s', (name) => {
    writeFileSync(join(base, 'file'), '');
    if (name.startsWith('nowhere')) {
      rmSync(join(base, 'nowhere'), { force: true });
      symlinkSync(join(base, 'gone'), join(base, 'nowhere'));
    }
    expect(() => makeFolder(join(base, name))).toThrow(expect.objectContaining({ code: expect.stringMatching(/^E/) }));
  });

  // In a process of its own: a hang is not to hang the tests.
  it.skipIf(!existsSync('/proc/self'))('fails at once under procfs (skipped where there is none)', () => {
    const module = new URL('./make-folder.ts', import.meta.url).href;
    const script = `import { makeFolder } from ${JSON.stringify(module)};
      try { makeFolder('/proc/nope/a/b'); } catch (error) { process.stdout.write(error.code); }`;
    const args = ['--experimental-strip-types', '--no-warnings', '--input-type=module', '-e', script];
    expect(execFileSync(process.execPath, args, { timeout: 20_000, encoding: 'utf8' })).toBe('ENOENT');
  });
});
