import type { ServerWritableStream } from '@grpc/grpc-js';
import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { type GrpcServer, startGrpc } from '../../../test/containerd/grpc-server.ts';
import type { EngineEvent } from '../engine.ts';
import { containers } from './containerd.ts';
import { events } from './events.ts';
import descriptions from './services.json' with { type: 'json' };

const open: GrpcServer[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.stop();
});

/** A server that sends these, and then ends or stops. */
async function serve(
  envelopes: readonly object[],
  end: (call: ServerWritableStream<object, object>) => void,
): Promise<string> {
  const Subscribe = (call: ServerWritableStream<object, object>): void => {
    for (const envelope of envelopes) call.write(envelope);
    end(call);
  };
  const server = await startGrpc(descriptions, [
    { name: 'containerd.services.events.v1.Events', methods: { Subscribe } },
  ]);
  open.push(server);
  return server.socket;
}

async function gather(socket: string, namespace?: string): Promise<EngineEvent[]> {
  const found: EngineEvent[] = [];
  const address = { kind: 'containerd' as const, socket, ...(namespace === undefined ? {} : { namespace }) };
  for await (const event of events(address, new AbortController().signal)) found.push(event);
  return found;
}

function text(field: number, value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([field * 8 + 2, bytes.length]), bytes]);
}

const timestamp = { seconds: 1_800_000_000, nanos: 5_000_000 };
const at = '2027-01-15T08:00:00.005Z';

it('events by their topics; numbers and other fields are passed over', async () => {
  const pid = Buffer.from([0x10, 0xd2, 0x09]);
  const fixed = Buffer.from([0x19, 1, 2, 3, 4, 5, 6, 7, 8, 0x25, 1, 2, 3, 4]);
  const event = (topic: string, ...parts: Buffer[]): object => ({
    timestamp,
    namespace: 'default',
    topic,
    event: { typeUrl: 'x', value: Buffer.concat(parts) },
  });
  const socket = await serve(
    [
      event('/tasks/start', pid, fixed, text(1, 'one')),
      event('/tasks/exit', text(1, 'one'), text(2, 'one')),
      event('/tasks/exit', text(1, 'one'), text(2, 'probe')),
      event('/snapshot/prepare', text(1, 'key')),
      event('/images/delete', text(1, 'docker.io/library/a:1')),
      { timestamp, namespace: 'other', topic: '/images/create', event: { value: text(1, 'b') } },
      { namespace: 'default', topic: '/images/create' },
    ],
    (call) => void call.end(),
  );
  const kind = (name: string, subject: string): object => ({ at, namespace: 'default', kind: name, subject });
  const wanted = [
    kind('container-started', 'one'),
    kind('container-stopped', 'one'),
    kind('image-removed', 'docker.io/library/a:1'),
  ];
  expect(await gather(socket, 'default')).toEqual(wanted);
  expect(await gather(socket)).toEqual([...wanted, { at, namespace: 'other', kind: 'image-created', subject: 'b' }]);
});

it('events of any bytes do no harm', async () => {
  const values = fc.sample(fc.uint8Array({ maxLength: 60 }), 3_000);
  const envelopes = values.map((value) => ({
    topic: '/tasks/exit',
    namespace: 'n',
    event: { value: Buffer.from(value) },
  }));
  const last = { topic: '/tasks/start', namespace: 'n', timestamp, event: { value: text(1, 'last') } };
  const found = await gather(await serve([...envelopes, last], (call) => void call.end()));
  expect(found.at(-1)).toMatchObject({ subject: 'last' });
});

it('a server that goes away is told of', async () => {
  const socket = await serve([], () => void setTimeout(() => open[0]?.stop(), 50));
  await expect(gather(socket)).rejects.toMatchObject({ name: 'EngineError', code: 'interrupted' });
});

it('a namespace that none can be, and a server that is not containerd', async () => {
  const socket = await serve([], (call) => void call.end());
  await expect(gather(socket, 'a\nb')).rejects.toMatchObject({ code: 'not-found' });
  await expect(containers({ kind: 'containerd', socket, namespace: 'a' })).rejects.toMatchObject({
    code: 'unsupported',
  });
});
