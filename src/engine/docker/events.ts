import { type EngineAddress, EngineError, type EngineEvent } from '../engine.ts';
import { fieldsOf, sizeOf, textOf } from '../unpacked/fields.ts';
import { versionPath } from './docker.ts';
import { asEngineError, ask, refusal } from './socket-http.ts';
import words from './words.json' with { type: 'json' };

const LINE_CHARACTERS = 1 << 20;

const KINDS: Readonly<Record<string, string>> = words.events;

/**
 * What happens to images and containers from now on (`GET /events`, one JSON document on each line), until `signal` is
 * aborted, which ends it quietly. Throws `EngineError`, also when the engine goes away.
 */
export async function* dockerEvents(address: EngineAddress, signal: AbortSignal): AsyncGenerator<EngineEvent> {
  const filters = encodeURIComponent(JSON.stringify({ type: ['image', 'container'] }));
  try {
    const version = await versionPath(address, { signal });
    // Hours may pass between two events.
    const quiet = { signal, limits: { idleMs: 0, headersMs: 2 ** 31 - 1 } };
    const answer = await ask(address, `${version}/events?filters=${filters}`, quiet);
    if (answer.statusCode !== 200) {
      answer.destroy();
      throw refusal({ status: answer.statusCode ?? 0, value: undefined }, '/events');
    }
    for await (const line of lines(answer as AsyncIterable<Buffer>, address)) {
      const event = eventOf(line, address);
      if (event !== undefined) yield event;
    }
    throw new EngineError('interrupted', 'The engine ended the list of events', address.socket);
  } catch (error) {
    if (signal.aborted) return;
    throw asEngineError(error, address);
  }
}

async function* lines(answer: AsyncIterable<Buffer>, address: EngineAddress): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of answer) {
    const [first = '', ...others] = decoder.decode(piece, { stream: true }).split('\n');
    rest += first;
    for (const other of others) {
      yield rest;
      rest = other;
    }
    if (rest.length > LINE_CHARACTERS)
      throw new EngineError('limit-exceeded', 'The answer of the engine is too large', address.socket);
  }
}

function eventOf(line: string, address: EngineAddress): EngineEvent | undefined {
  if (line.trim() === '') return undefined;
  let event: ReturnType<typeof fieldsOf>;
  try {
    event = fieldsOf(JSON.parse(line));
  } catch (cause) {
    throw new EngineError('bad-answer', 'The answer of the engine is not understood', address.socket, cause);
  }
  const actor = fieldsOf(event['Actor']);
  const type = textOf(event['Type']) ?? 'image';
  // `exec_start: /bin/sh` has more than a word.
  const action = (textOf(event['Action']) ?? textOf(event['status']) ?? '').replace(/:.*$/s, '');
  const name = type === 'image' ? textOf(fieldsOf(actor['Attributes'])['name']) : undefined;
  const seconds = sizeOf(event['time']) ?? 0;
  return {
    at: new Date(Math.min(seconds, 253_402_300_799) * 1000).toISOString(),
    kind: Object.hasOwn(KINDS, `${type} ${action}`) ? (KINDS[`${type} ${action}`] ?? action) : `${type}-${action}`,
    subject: name ?? textOf(actor['ID']) ?? textOf(event['id']) ?? '',
  };
}
