import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Answers, startFakeEngine } from '../../../test/daemon/fake-engine.ts';
import { EngineError } from '../../engine/engine.ts';
import { ImageError, type Place } from '../image.ts';
import { openContainer } from './container.ts';
import { theContainer } from './written.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-container-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function engine(answers: Answers): Promise<string> {
  const started = await startFakeEngine(answers);
  onTestFinished(() => started.stop());
  return started.socket;
}

/** `CODE: detail` of what a container that can't be had ends with. */
async function refusal(docker: string, places: readonly Place[]): Promise<string> {
  const none = join(folder, 'none');
  const env = { CONTAINERS_STORAGE_CONF: join(folder, 'storage.conf') };
  const engines = { env, home: folder, sockets: { docker, containerd: none } };
  try {
    await openContainer('container://box', { scheme: 'container', name: 'box', places }, { engines });
    return 'was opened';
  } catch (error) {
    if (error instanceof EngineError || error instanceof ImageError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const here: readonly Place[] = ['docker', 'containerd', 'registry'];
const id = 'b'.repeat(64);
const image = `sha256:${'c'.repeat(64)}`;

describe('a container that cannot be had', () => {
  it.each<[string, Answers, string]>([
    ['that Docker does not have', {}, 'not-found: No engine here has such a container'],
    [
      'of a Docker that refuses',
      { '/containers/box/json': (to: ServerResponse) => void to.writeHead(403).end('{}') },
      'no-permission: The engine refuses',
    ],
    [
      'without an image',
      { '/containers/box/json': { Id: id, State: {}, Config: {} } },
      'bad-answer: The engine does not tell the image of the container',
    ],
    [
      'whose driver keeps no folder of its own for it',
      { '/containers/box/json': { Id: id, Image: image, State: {}, Config: {}, GraphDriver: { Name: 'btrfs' } } },
      'unsupported: The storage driver does not keep the changes of a container apart',
    ],
  ])('%s', async (_, answers, expected) => {
    expect(await refusal(await engine(answers), here)).toBe(expected);
  });

  it('is in no engine where only registries are asked', async () => {
    expect(await refusal('none', ['registry'])).toBe('bad-reference: A container is in an engine, not in a registry');
  });

  it('is told of by the only engine that was asked', async () => {
    expect(await refusal(join(folder, 'none'), ['docker'])).toMatch(/^not-running: /);
  });
});

describe('a container by name', () => {
  const all = [
    { id: `aaaaaa1${'0'.repeat(57)}`, names: ['web'] },
    { id: `aaaaaa2${'0'.repeat(57)}`, names: ['db', 'twice'] },
    { id: 'web', names: ['other', 'twice'] },
  ];
  it.each([
    ['web', 'web'],
    ['db', all[1]?.id],
    ['aaaaaa1', all[0]?.id],
    ['aaaaa', undefined],
    ['none', undefined],
    ['', undefined],
  ])('%j is %s', (name, found) => {
    expect(theContainer(all, name)?.id).toBe(found);
  });

  it.each(['aaaaaa', 'twice'])('%j is none of several', (name) => {
    expect(() => theContainer(all, name)).toThrow('Several containers go by that name');
  });
});

it('a storage of podman that holds nothing does not stand in the way', async () => {
  const graphroot = join(folder, 'storage');
  mkdirSync(graphroot);
  writeFileSync(join(folder, 'storage.conf'), `[storage]\ngraphroot = "${graphroot}"\n`);
  const docker = await engine({});
  expect(await refusal(docker, ['podman', 'docker', 'containerd'])).toBe(
    'not-found: No engine here has such a container',
  );
});
