import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { podmanPlaces, podmanStore } from './podman.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-podman-'));
afterAll(() => rmSync(folder, { recursive: true }));
let home: string;
let count = 0;
beforeEach(() => {
  home = join(folder, String(count++));
  for (const path of ['.config/containers', '.local/share/containers/storage', 'other', 'shared'])
    mkdirSync(join(home, path), { recursive: true });
});
const settings = (text: string): string => {
  const path = join(home, '.config', 'containers', 'storage.conf');
  writeFileSync(path, text);
  return path;
};

describe('where podman may be asked', () => {
  it.each([
    ['unix:///x/p.sock', [{ kind: 'podman', socket: '/x/p.sock' }], []],
    ['ssh://core@host:22/run/podman.sock', [], [{ place: 'ssh://host:22', reason: 'remote' }]],
    ['tcp://user:secret@host:1234', [], [{ place: 'tcp://host:1234', reason: 'remote' }]],
    ['nonsense', [], [{ place: 'not an address', reason: 'remote' }]],
  ])('%s', (host, addresses, refused) => {
    expect(podmanPlaces({ CONTAINER_HOST: host })).toEqual({ addresses, refused });
  });

  it('the user’s own socket, where there is one', () => {
    expect(podmanPlaces({ XDG_RUNTIME_DIR: home }).addresses.some(({ socket }) => socket.startsWith(home))).toBe(false);
    mkdirSync(join(home, 'podman'));
    writeFileSync(join(home, 'podman', 'podman.sock'), '');
    expect(podmanPlaces({ XDG_RUNTIME_DIR: home }).addresses[0]).toEqual({
      kind: 'podman',
      socket: join(home, 'podman', 'podman.sock'),
    });
  });
});

describe('where podman keeps images', () => {
  const user = (env: Readonly<Record<string, string>> = {}, uid = 1000): ReturnType<typeof podmanStore> =>
    podmanStore({ env, home, uid });

  it('in the home of the user', () => {
    settings('');
    expect(user()).toEqual({ root: join(home, '.local', 'share', 'containers', 'storage'), additional: [] });
    rmSync(join(home, '.local'), { recursive: true });
    expect(user()).toBeUndefined();
  });

  it('where the settings of the user say', () => {
    settings(
      `[storage]\ngraphroot = "$HOME/other"\n[storage.options]\nadditionalimagestores = ["${home}/shared", "${home}/none"]\n`,
    );
    expect(user()).toEqual({ root: join(home, 'other'), additional: [join(home, 'shared')] });
    settings('[storage]\nrootless_storage_path = "${HOME}/other"\n');
    expect(user()).toEqual({ root: join(home, 'other'), additional: [] });
  });

  it('where root’s say', () => {
    const path = settings(`[storage]\ngraphroot = "${home}/other"\nrootless_storage_path = "${home}/shared"\n`);
    expect(user({ CONTAINERS_STORAGE_CONF: path }, 0)).toEqual({ root: join(home, 'other'), additional: [] });
  });

  it('unless they can’t be read', () => {
    settings('[storage');
    expect(() => user()).toThrow(expect.objectContaining({ code: 'bad-answer' }));
    expect(user({ CONTAINERS_STORAGE_CONF: join(home, 'none') })).toMatchObject({
      root: join(home, '.local', 'share', 'containers', 'storage'),
    });
  });
});
