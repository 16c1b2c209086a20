import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type Answers, type FakeEngine, startFakeEngine } from '../../../test/daemon/fake-engine.ts';
import type { EngineAddress } from '../engine.ts';
import { engineFacts } from './docker.ts';

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

describe('a hostile or broken engine', () => {
  const answer = (write: (response: ServerResponse) => void): Promise<EngineAddress> => engineWith({ '/info': write });
  const brief = { limits: { headersMs: 100, idleMs: 100, wholeMs: 300, bytes: 1 << 20 } };

  it.each<[string, string, (response: ServerResponse) => void]>([
    ['is silent', 'timeout', () => {}],
    ['stops midway', 'timeout', (response) => void response.write('{')],
    [
      'drips',
      'timeout',
      (response) => {
        const dripping = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(dripping));
      },
    ],
    ['never ends', 'limit-exceeded', (response) => void response.end(Buffer.alloc(8 << 20, ' '))],
    ['breaks off', 'interrupted', (response) => void response.write('{', () => response.destroy())],
    [
      'promises more',
      'interrupted',
      (response) => void response.writeHead(200, { 'content-length': 99 }).write('{}', () => response.destroy()),
    ],
    ['hangs up', 'interrupted', (response) => response.destroy()],
    ['speaks no HTTP', 'bad-answer', (response) => void response.socket?.end('SSH-2.0-x\r\n\r\n')],
    ['speaks no JSON', 'bad-answer', (response) => void response.end('<html>')],
    [
      'sends endless headers',
      'bad-answer',
      (response) => void response.socket?.end(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(1 << 20)}\r\n\r\n`),
    ],
    [
      'redirects',
      'bad-answer',
      (response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end('{}'),
    ],
    ['fails', 'bad-answer', (response) => void response.writeHead(500).end('{"message":"no\\u001b[31m"}')],
    ['refuses', 'no-permission', (response) => void response.writeHead(403).end('{}')],
  ])('that %s: %s', async (_, code, write) => {
    const start = performance.now();
    await expect(engineFacts(await answer(write), brief)).rejects.toMatchObject({ name: 'EngineError', code });
    expect(performance.now() - start).toBeLessThan(3000);
  });

  it('whose words are cut short and harmless', async () => {
    const engine = await answer(
      (response) => void response.writeHead(500).end(JSON.stringify({ message: `\u001b[2J${'x'.repeat(9999)}` })),
    );
    const error = await engineFacts(engine).catch((caught: unknown) => caught as { detail: string });
    expect(error).toHaveProperty('detail', expect.not.stringContaining('\u001b'));
    expect((error as { detail: string }).detail.length).toBeLessThan(400);
  });

  it('that is not there', async () => {
    await expect(engineFacts({ kind: 'docker', socket: join(folder, 'none') })).rejects.toMatchObject({
      code: 'not-running',
    });
    writeFileSync(join(folder, 'file'), '');
    await expect(engineFacts({ kind: 'docker', socket: join(folder, 'file') })).rejects.toMatchObject({
      code: 'not-running',
    });
  });

  it('that is called off', async () => {
    const engine = await answer(() => {});
    await expect(engineFacts(engine, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      code: 'interrupted',
    });
  });
});
