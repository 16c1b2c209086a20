import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { type Answers, type FakeEngine, startFakeEngine } from '../../../test/daemon/fake-engine.ts';
import type { EngineAddress, EngineEvent } from '../engine.ts';
import { dockerEvents } from './events.ts';

const running: FakeEngine[] = [];
afterEach(async () => {
  for (const engine of running.splice(0)) await engine.stop();
});

async function engineWith(answers: Answers): Promise<EngineAddress> {
  const fake = await startFakeEngine(answers);
  running.push(fake);
  return { kind: 'docker', socket: fake.socket };
}

describe('events', () => {
  async function collect(engine: EngineAddress, signal: AbortSignal, into: EngineEvent[]): Promise<void> {
    for await (const event of dockerEvents(engine, signal)) into.push(event);
  }
  const event = (Type: string, Action: string, ID: string, Attributes: object = {}): string =>
    `${JSON.stringify({ Type, Action, Actor: { ID, Attributes }, time: 1_795_526_091 })}\n`;

  it('come one by one, however they are cut', async () => {
    const text =
      event('image', 'pull', 'debian:12', { name: 'débian' }) +
      event('container', 'start', 'abc') +
      event('container', 'exec_start: /bin/sh', 'abc');
    const engine = await engineWith({
      '/events': async (response: ServerResponse) => {
        for (const byte of Buffer.from(text)) response.write(Buffer.of(byte));
      },
    });
    const stop = new AbortController();
    const seen: EngineEvent[] = [];
    const done = collect(engine, stop.signal, seen);
    while (seen.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    await done;
    const at = '2026-11-24T13:14:51.000Z';
    expect(seen).toEqual([
      { at, kind: 'image-created', subject: 'débian' },
      { at, kind: 'container-started', subject: 'abc' },
      { at, kind: 'container-exec_start', subject: 'abc' },
    ]);
  });

  it.each<[string, string, (response: ServerResponse) => void]>([
    ['end', 'interrupted', (response) => void response.end()],
    ['break off', 'interrupted', (response) => void response.write('{', () => response.destroy())],
    ['are no JSON', 'bad-answer', (response) => void response.write('x\n')],
    ['never end a line', 'limit-exceeded', (response) => void response.write(Buffer.alloc(4 << 20, 'x'))],
    ['are refused', 'bad-answer', (response) => void response.writeHead(500).end()],
  ])('that %s', async (_, code, write) => {
    const engine = await engineWith({ '/events': write });
    await expect(collect(engine, new AbortController().signal, [])).rejects.toMatchObject({
      name: 'EngineError',
      code,
    });
  });
});
