import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PathIndex } from '../layer/path-index.ts';
import { readOverlay } from './overlay.ts';

/** Mounts an overlay, does something in it and unmounts it; answers why that can't be done here. */
function inOverlay(folder: string, lower: Readonly<Record<string, string>>, script: string, options = ''): void {
  for (const name of ['lower', 'upper', 'work', 'merged']) mkdirSync(join(folder, name), { recursive: true });
  for (const [path, text] of Object.entries(lower)) {
    mkdirSync(dirname(join(folder, 'lower', path)), { recursive: true });
    writeFileSync(join(folder, 'lower', path), text);
  }
  const mount = `lowerdir=${folder}/lower,upperdir=${folder}/upper,workdir=${folder}/work${options}`;
  execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', mount, join(folder, 'merged')], { stdio: 'pipe' });
  try {
    execFileSync('/bin/sh', ['-euc', script], { cwd: join(folder, 'merged'), stdio: 'pipe' });
  } finally {
    execFileSync('umount', [join(folder, 'merged')]);
  }
}

let top: string;
beforeAll(() => void (top = mkdtempSync(join(tmpdir(), 'seaworthy-overlay-'))));
afterAll(() => rmSync(top, { recursive: true, force: true }));

function why(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-overlay-'));
  try {
    inOverlay(folder, {}, 'true');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const reason = why();

/** Sets an attribute as the kernel would: Debian has no tool for it that is always there but GNU tar. */
function setAttribute(base: string, path: string, name: string, value: string): void {
  const text = `SCHILY.xattr.${name}=${value}\n`;
  let length = text.length + 1;
  while (String(length).length + 1 + text.length !== length) length = String(length).length + 1 + text.length;
  const archive = join(base, '..', 'attributes.tar');
  const records = `${length} ${text}`;
  const list = execFileSync('tar', ['--create', '--no-recursion', '--format=ustar', '--directory', base, `./${path}`]);
  writeFileSync(archive, Buffer.concat([paxHeader(records), list]));
  const options = [
    '--extract',
    '--xattrs',
    '--xattrs-include=*',
    '--overwrite',
    '--directory',
    base,
    '--file',
    archive,
  ];
  execFileSync('tar', options);
}

function paxHeader(records: string): Buffer {
  const block = Buffer.alloc(1024);
  block.write('pax');
  block.write('0000644\u00000000000\u00000000000\u0000', 100);
  block.write(`${records.length.toString(8).padStart(11, '0')}\0`, 124);
  block.write('00000000000\0        x', 136);
  block.write('ustar\u000000', 257);
  const sum = block.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  block.write(records, 512);
  return block;
}

function has(content: ReturnType<typeof readOverlay>, path: string): boolean {
  return new PathIndex(content.paths).has(path);
}

describe.skipIf(reason)(`an overlay that the kernel wrote (skipped: ${reason ?? 'no'})`, () => {
  it('whiteouts, folders in place of folders, changed and new files', () => {
    const folder = join(top, 'plain');
    const lower = { 'etc/gone': 'x', 'srv/old/a': 'a', 'etc/kept': 'k', 'deep/er/gone': 'x', 'was/folder/f': 'f' };
    const script = `rm etc/gone deep/er/gone; rm -r srv/old; mkdir srv/old; echo new > srv/old/new; echo more >> etc/kept
      rm -r was/folder; echo file > was/folder; ln -s /etc/kept link; touch etc/.wh.kept etc/.wh..wh..opq`;
    inOverlay(folder, lower, script);
    const content = readOverlay(join(folder, 'upper'), 3, (path) => !path.endsWith('/ignored'));
    expect(content).toMatchObject({ index: 3, diffId: '', problems: [] });
    expect(new Set(content.whiteouts)).toEqual(new Set(['etc/gone', 'deep/er/gone']));
    expect(content.opaques).toEqual(['srv/old']);
    const files = Object.fromEntries(content.files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()]));
    expect(files).toEqual({
      'srv/old/new': 'new\n',
      'etc/kept': 'kmore\n',
      'was/folder': 'file\n',
      // To overlayfs these are names like any other.
      'etc/.wh.kept': '',
      'etc/.wh..wh..opq': '',
    });
    expect(content.symlinks).toEqual([{ path: 'link', target: '/etc/kept' }]);
    expect(has(content, 'etc/gone')).toBe(false);
    expect(has(content, 'srv/old/new')).toBe(true);
  });

  it.each(['with blank', 'ä-日本', 'back\\slash\\n', "quo'te", 'x'.repeat(180), '-dash', 'new\nline', '*'])(
    'the marks of a folder named %j are found',
    (name) => {
      const folder = mkdtempSync(join(top, 'names-'));
      mkdirSync(join(folder, 'lower', name, 'in'), { recursive: true });
      writeFileSync(join(folder, 'lower', name, 'in/a'), 'a');
      inOverlay(folder, {}, 'for d in ./*; do rm -r "$d/in"; mkdir "$d/in"; done');
      const content = readOverlay(join(folder, 'upper'), 1, () => true);
      expect(content).toMatchObject({ opaques: [`${name}/in`], problems: [] });
    },
  );

  it('a file of which only the mode changed stands for that below; a renamed one and a renamed folder are told', () => {
    const folder = join(top, 'metacopy');
    const lower = { 'etc/mode': 'lower content', 'etc/name': 'renamed content', 'lib/pkg/status': 's' };
    const script = 'chmod 600 etc/mode; chmod 600 etc/name; mv etc/name etc/other; mv lib/pkg lib/moved';
    inOverlay(folder, lower, script, ',redirect_dir=on,metacopy=on');
    const content = readOverlay(join(folder, 'upper'), 1, () => true);
    expect(has(content, 'etc/mode')).toBe(false);
    expect(content.files.map(({ path }) => path)).not.toContain('etc/mode');
    expect(content.problems).toEqual([
      { code: 'unreadable', path: 'lib/moved', detail: 'renamed: what is below lies at pkg' },
      { code: 'unreadable', path: 'etc/other', detail: 'renamed: its content lies below at name' },
    ]);
    expect(new Set(content.whiteouts)).toEqual(new Set(['etc/name', 'lib/pkg']));
  });

  it('a file that really begins with zeros is one', () => {
    const folder = join(top, 'zeros');
    inOverlay(folder, {}, 'head -c 5000 /dev/zero > zeros; truncate -s 9000 sparse');
    const content = readOverlay(join(folder, 'upper'), 1, () => true);
    const sizes = content.files.map(({ path, bytes }) => [path, bytes.length]);
    expect(new Map(sizes as [string, number][])).toEqual(
      new Map([
        ['zeros', 5000],
        ['sparse', 9000],
      ]),
    );
  });

  it('marks that a container set itself hide nothing and are told', () => {
    const folder = join(top, 'forged');
    inOverlay(folder, { 'var/lib/dpkg/status': 's' }, 'touch var/lib/dpkg/new');
    setAttribute(join(folder, 'upper'), 'var/lib/dpkg', 'user.overlay.opaque', 'y');
    const content = readOverlay(join(folder, 'upper'), 1, () => true);
    expect(content.opaques).toEqual([]);
    const detail = 'marked as in an overlay that is mounted otherwise';
    expect(content.problems).toEqual([{ code: 'unreadable', path: 'var/lib/dpkg', detail }]);
  });

  it('marks of an overlay that is mounted with userxattr', () => {
    const folder = join(top, 'user');
    inOverlay(folder, { 'srv/old/a': 'a' }, 'rm -r srv/old; mkdir srv/old', ',userxattr');
    const content = readOverlay(join(folder, 'upper'), 1, () => true, { userAttributes: true });
    expect(content).toMatchObject({ opaques: ['srv/old'], problems: [] });
  });

  it('whiteouts by attribute, in folders that say so alone', () => {
    const folder = join(top, 'xwhiteout');
    inOverlay(folder, { 'a/gone': 'g', 'b/kept': 'k' }, ': > a/gone; : > b/kept');
    setAttribute(join(folder, 'upper'), 'a', 'trusted.overlay.opaque', 'x');
    setAttribute(join(folder, 'upper'), 'a/gone', 'trusted.overlay.whiteout', 'y');
    setAttribute(join(folder, 'upper'), 'b/kept', 'trusted.overlay.whiteout', 'y');
    const content = readOverlay(join(folder, 'upper'), 1, () => true);
    expect(content).toMatchObject({ whiteouts: ['a/gone'], opaques: [] });
    expect(content.files.map(({ path }) => path)).toEqual(['b/kept']);
  });
});

describe('an upper folder', () => {
  it('links in it lead nowhere', () => {
    const upper = join(top, 'links');
    mkdirSync(join(upper, 'etc'), { recursive: true });
    symlinkSync('/etc/passwd', join(upper, 'etc/passwd'));
    symlinkSync('/etc', join(upper, 'folder'));
    const content = readOverlay(upper, 1, () => true);
    expect(content.files).toEqual([]);
    expect(new Set(content.symlinks.map(({ path }) => path))).toEqual(new Set(['etc/passwd', 'folder']));
  });

  it('without GNU tar it is told that folders may hide others', () => {
    const upper = join(top, 'no-tar');
    mkdirSync(join(upper, 'etc'), { recursive: true });
    const before = process.env['PATH'];
    process.env['PATH'] = join(top, 'nowhere');
    try {
      expect(readOverlay(upper, 1, () => true).problems).toMatchObject([{ code: 'unreadable', path: '' }]);
    } finally {
      process.env['PATH'] = before;
    }
  });

  it('a tar that does not know attributes is not believed', () => {
    const upper = join(top, 'other-tar');
    mkdirSync(join(upper, 'etc'), { recursive: true });
    const bin = join(top, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'tar'), '#!/bin/sh\necho "tar: unrecognized option: xattrs" >&2\nexit 1\n', {
      mode: 0o755,
    });
    const before = process.env['PATH'];
    process.env['PATH'] = `${bin}:${before}`;
    try {
      expect(readOverlay(upper, 1, () => true).problems).toMatchObject([{ code: 'unreadable', path: '' }]);
    } finally {
      process.env['PATH'] = before;
    }
  });

  it('one that is not there is an error', () => {
    expect(() => readOverlay(join(top, 'absent'), 1, () => true)).toThrow(
      expect.objectContaining({ code: 'unreadable' }),
    );
    expect(readdirSync(top)).not.toContain('absent');
    expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(top);
  });
});
