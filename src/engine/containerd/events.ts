import type { EngineAddress, EngineEvent } from '../engine.ts';
import { connectContainerd } from './containerd.ts';

interface Envelope {
  readonly timestamp: { readonly seconds: string; readonly nanos: number } | null;
  readonly namespace: string;
  readonly topic: string;
  readonly event: { readonly value: Buffer } | null;
}

/** containerd's topics, and what we call them. */
const kinds: ReadonlyMap<string, string> = new Map([
  ['/images/create', 'image-created'],
  ['/images/update', 'image-updated'],
  ['/images/delete', 'image-removed'],
  ['/containers/create', 'container-created'],
  ['/containers/delete', 'container-removed'],
  ['/tasks/start', 'container-started'],
  ['/tasks/exit', 'container-stopped'],
]);

/**
 * What happens to images and containers, of one namespace or of all, until the signal ends it; whoever wants more after
 * an error connects anew. Throws `EngineError`.
 */
export async function* events(address: EngineAddress, signal: AbortSignal): AsyncGenerator<EngineEvent> {
  const grpc = await connectContainerd(address);
  const filters = [...kinds.keys()].map((topic) => `topic==${JSON.stringify(topic)}`);
  try {
    const stream = grpc.stream<Envelope>('containerd.services.events.v1.Events/Subscribe', { filters }, { signal });
    for await (const envelope of stream) {
      if (address.namespace !== undefined && envelope.namespace !== address.namespace) continue;
      const event = eventOf(envelope);
      if (event) yield event;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    grpc.close();
  }
}

function eventOf({ timestamp, namespace, topic, event }: Envelope): EngineEvent | undefined {
  const kind = kinds.get(topic);
  const fields = event ? texts(event.value) : new Map<number, string>();
  const subject = fields.get(1);
  if (kind === undefined || subject === undefined) return undefined;
  // The end of a command run within a container, not of the container.
  if (kind === 'container-stopped' && (fields.get(2) ?? subject) !== subject) return undefined;
  const at = new Date(Number(timestamp?.seconds ?? 0) * 1000 + (timestamp?.nanos ?? 0) / 1e6);
  return { at: Number.isNaN(at.getTime()) ? '' : at.toISOString(), namespace, kind, subject };
}

/**
 * The fields of a message that are texts: of all these events the first is the name of the image or the identifier of
 * the container (Protocol Buffers, "Encoding").
 */
function texts(message: Buffer): Map<number, string> {
  const found = new Map<number, string>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; at < message.length; scale *= 128) {
      const byte = message[at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    return Number.POSITIVE_INFINITY;
  };
  while (at < message.length) {
    const tag = varint();
    const wire = tag % 8;
    if (wire === 0) varint();
    else if (wire === 2) {
      const length = varint();
      if (length > message.length - at) break;
      found.set(Math.floor(tag / 8), message.toString('utf8', at, at + length));
      at += length;
    } else if (wire === 1 || wire === 5) at += wire === 1 ? 8 : 4;
    else break;
  }
  return found;
}
