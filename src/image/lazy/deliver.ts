import type { ContentStream, ContentTaker } from '../layer/tar.ts';
import type { Contents } from './content.ts';
import type { TocEntry } from './toc.ts';

/** Hands the content of an entry to whoever takes it, as `TarWalker` does; shows what stands behind it in the tar. */
export async function deliver(
  file: TocEntry,
  taker: ContentTaker | ContentStream,
  contents: Contents,
  behind: (bytes: Buffer) => void,
): Promise<void> {
  if (typeof taker === 'function') return deliverWhole(file, taker, contents, behind);
  let more = true;
  if (file.bytes !== undefined) more = taker.stream(file.bytes);
  else {
    const take = (piece: Uint8Array): boolean => {
      more = taker.stream(piece);
      return more;
    };
    await contents.pass(file, 0, take, behind);
  }
  if (more) taker.stream(undefined);
}

async function deliverWhole(
  file: TocEntry,
  taker: ContentTaker,
  contents: Contents,
  behind: (bytes: Buffer) => void,
): Promise<void> {
  // Its own memory, not Node's pool, so that it can be handed to another thread.
  const whole = Buffer.allocUnsafeSlow(file.entry.size);
  if (file.bytes !== undefined) whole.set(file.bytes);
  const take = (piece: Uint8Array, at: number): boolean => {
    whole.set(piece, at);
    return true;
  };
  await contents.pass(file, 0, take, behind);
  taker(whole);
}
