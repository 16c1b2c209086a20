import type { ContentStream, ContentTaker } from '../layer/tar.ts';
import type { Contents } from './content.ts';
import type { TocEntry } from './toc.ts';

/** Hands the content of an entry to whoever takes it, as `TarWalker` does. */
export async function deliver(
  file: TocEntry,
  taker: ContentTaker | ContentStream | undefined,
  wanted: boolean,
  contents: Contents,
): Promise<void> {
  if (taker === undefined || !wanted) return;
  if (typeof taker === 'function') return deliverWhole(file, taker, contents);
  let more = true;
  if (file.bytes !== undefined) more = taker.stream(file.bytes);
  else {
    await contents.pass(file, 0, (piece) => {
      more = taker.stream(piece);
      return more;
    });
  }
  if (more) taker.stream(undefined);
}

async function deliverWhole(file: TocEntry, taker: ContentTaker, contents: Contents): Promise<void> {
  // Its own memory, not Node's pool, so that it can be handed to another thread.
  const whole = Buffer.allocUnsafeSlow(file.entry.size);
  if (file.bytes !== undefined) whole.set(file.bytes);
  await contents.pass(file, 0, (piece, at) => {
    whole.set(piece, at);
    return true;
  });
  taker(whole);
}
