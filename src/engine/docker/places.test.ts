import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { dockerPlaces } from './places.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-places-'));
afterAll(() => rmSync(folder, { recursive: true }));
let home: string;
let count = 0;
beforeEach(() => {
  home = join(folder, String(count++));
  mkdirSync(join(home, '.docker'), { recursive: true });
});

function context(name: string, host: string, config: string = join(home, '.docker')): void {
  const meta = join(config, 'contexts', 'meta', createHash('sha256').update(name).digest('hex'));
  mkdirSync(meta, { recursive: true });
  writeFileSync(
    join(meta, 'meta.json'),
    JSON.stringify({ Name: name, Endpoints: { docker: { Host: host, SkipTLSVerify: false } } }),
  );
}

const at = (socket: string): object => ({ addresses: [{ kind: 'docker', socket }], refused: [] });

describe('where Docker may be asked', () => {
  it.each([
    ['unix:///x/d.sock', at('/x/d.sock')],
    ['tcp://user:secret@host:2375', { addresses: [], refused: [{ place: 'tcp://host:2375', reason: 'remote' }] }],
    ['ssh://me@host', { addresses: [], refused: [{ place: 'ssh://host', reason: 'remote' }] }],
    ['unix://relative', { addresses: [], refused: [{ place: 'unix://relative', reason: 'remote' }] }],
  ])('DOCKER_HOST %s', (host, places) => {
    context('chosen', 'unix:///other');
    writeFileSync(join(home, '.docker', 'config.json'), '{"currentContext":"chosen"}');
    expect(dockerPlaces({ DOCKER_HOST: host, DOCKER_CONTEXT: 'chosen' }, home)).toEqual(places);
  });

  it('the context in use', () => {
    context('rootless', 'unix:///run/user/1000/docker.sock');
    context('far', 'ssh://me@far');
    writeFileSync(join(home, '.docker', 'config.json'), '{"currentContext":"rootless"}');
    expect(dockerPlaces({}, home)).toEqual(at('/run/user/1000/docker.sock'));
    expect(dockerPlaces({ DOCKER_CONTEXT: 'far' }, home)).toEqual({
      addresses: [],
      refused: [{ place: 'ssh://far', reason: 'remote' }],
    });
    expect(dockerPlaces({ DOCKER_CONTEXT: 'none' }, home)).toEqual({
      addresses: [],
      refused: [{ place: 'none', reason: 'no-such-context' }],
    });
  });

  it('the settings of another folder', () => {
    const config = join(home, 'elsewhere');
    context('one', 'unix:///one', config);
    expect(dockerPlaces({ DOCKER_CONFIG: config, DOCKER_CONTEXT: 'one' }, home)).toEqual(at('/one'));
  });

  it('the usual sockets that exist, by default', () => {
    writeFileSync(join(home, 'docker.sock'), '');
    const sockets = dockerPlaces({ XDG_RUNTIME_DIR: home, DOCKER_CONTEXT: 'default' }, home).addresses.map(
      ({ socket }) => socket,
    );
    expect(sockets.filter((socket) => socket !== '/var/run/docker.sock')).toEqual([join(home, 'docker.sock')]);
    expect(dockerPlaces({}, home).addresses.filter(({ socket }) => socket.startsWith(folder))).toEqual([]);
  });

  it('nowhere, when the settings can’t be read', () => {
    writeFileSync(join(home, '.docker', 'config.json'), '{');
    expect(() => dockerPlaces({}, home)).toThrow(expect.objectContaining({ code: 'bad-answer' }));
  });
});
