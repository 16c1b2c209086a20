import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type Answers, type FakeEngine, startFakeEngine } from '../../../test/daemon/fake-engine.ts';
import type { EngineAddress } from '../engine.ts';
import { exportDockerImage } from './export.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-docker-'));
afterAll(() => rmSync(folder, { recursive: true }));
const running: FakeEngine[] = [];
afterEach(async () => {
  for (const engine of running.splice(0)) await engine.stop();
});

async function engineWith(answers: Answers): Promise<EngineAddress> {
  const fake = await startFakeEngine(answers);
  running.push(fake);
  return { kind: 'docker', socket: fake.socket };
}

describe('an export', () => {
  const into = join(folder, 'image.tar');
  const whole = Buffer.concat([Buffer.alloc(512, 'x'), Buffer.alloc(1024)]);
  const left = (): readonly string[] => readdirSync(folder).filter((name) => name.startsWith('image.tar'));
  const exported = async (write: (response: ServerResponse) => void): Promise<void> =>
    exportDockerImage(await engineWith({ '/images/a/b:1/get': write }), 'a/b:1', into, { limits: { idleMs: 200 } });

  it('is there when it is whole', async () => {
    await exported((response) => void response.end(whole));
    expect(readFileSync(into)).toEqual(whole);
    expect(left()).toEqual(['image.tar']);
    rmSync(into);
  });

  it.each<[string, string, (response: ServerResponse) => void]>([
    ['breaks off', 'interrupted', (response) => void response.write(whole, () => response.destroy())],
    [
      'ends with an error',
      'interrupted',
      (response) => void response.end(Buffer.concat([Buffer.alloc(2048), Buffer.from('{"message":"no space"}')])),
    ],
    ['is cut off at a block', 'interrupted', (response) => void response.end(Buffer.alloc(2048, 'x'))],
    ['is empty', 'interrupted', (response) => void response.end()],
    ['stops', 'timeout', (response) => void response.write(whole)],
    ['is refused', 'not-found', (response) => void response.writeHead(404).end('{"message":"none"}')],
  ])('that %s leaves nothing', async (_, code, write) => {
    await expect(exported(write)).rejects.toMatchObject({ name: 'EngineError', code });
    expect(left()).toEqual([]);
  });

  it('that can’t be written says what the file system says', async () => {
    const engine = await engineWith({ '/images/a/get': (response: ServerResponse) => void response.end(whole) });
    await expect(exportDockerImage(engine, 'a', join(folder, 'none', 'image.tar'))).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});
