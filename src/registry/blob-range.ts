import type { BlobPlace } from './blob-stretch.ts';
import { RegistryError } from './registry.ts';

/** Just these bytes of a blob, in one answer; `unsupported` where the server gives no parts. Throws `RegistryError`. */
export async function readRange(
  place: BlobPlace,
  offset: number,
  length: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const end = Math.min(place.size, offset + length);
  if (length <= 0 || offset < 0 || offset >= place.size) return new Uint8Array(0);
  return place.servers.first('pull', (server) =>
    server.ask(
      {
        method: 'GET',
        path: place.path(server),
        scopes: place.scopes(server),
        headers: () => ({ range: `bytes=${offset}-${end - 1}` }),
        signal,
      },
      async (answer) => {
        const range = /^bytes (\d{1,15})-(\d{1,15})\//.exec(answer.header('content-range') ?? '');
        if (answer.status !== 206) {
          answer.discard();
          throw new RegistryError('unsupported', 'The registry gives no parts of blobs', server.place);
        }
        if (Number(range?.[1]) !== offset || Number(range?.[2]) !== end - 1) {
          answer.discard();
          throw new RegistryError('bad-answer', 'The registry gives another part of a blob', server.place);
        }
        const bytes = await answer.whole(end - offset);
        if (bytes.length === end - offset) return bytes;
        throw new RegistryError('interrupted', 'The registry gives fewer bytes than it says', server.place);
      },
    ),
  );
}
