import { createHash } from 'node:crypto';
import type { LayerContent } from '../../layer/collector.ts';
import { PathIndex } from '../../layer/path-index.ts';

/** The content of a made-up layer, always the same for one number, about so many bytes when packed. */
export function sampleContent(number: number, bytes: number): LayerContent {
  const paths = new PathIndex();
  const path = `var/lib/dpkg/status.d/${number}`;
  paths.add(path, false);
  return {
    index: 0,
    diffId: `sha256:${createHash('sha256').update(`layer ${number}`).digest('hex')}`,
    files: [{ path, bytes: noise(number, bytes), digests: [`sha1:${number}`] }],
    symlinks: [{ path: 'bin', target: 'usr/bin' }],
    hardlinks: [],
    whiteouts: [`gone/${number}`],
    opaques: [],
    paths: paths.data(),
    entries: number,
    problems: [],
  };
}

/** What no compression makes smaller. */
function noise(number: number, bytes: number): Uint8Array {
  const hash = createHash('shake256', { outputLength: bytes });
  return hash.update(String(number)).digest();
}

/** Whether it is `sampleContent` of the number, but for how its memory is held. */
export function isSample(content: LayerContent, number: number, bytes: number): boolean {
  const wanted = sampleContent(number, bytes);
  const [file, other] = [content.files[0], wanted.files[0]];
  const rest = (one: LayerContent): string => JSON.stringify({ ...one, files: one.files.length, paths: one.paths.count });
  const isThere = new PathIndex(content.paths).has(file?.path ?? '');
  return (
    rest(content) === rest(wanted) &&
    isThere &&
    file !== undefined &&
    other !== undefined &&
    file.path === other.path &&
    Buffer.compare(file.bytes, other.bytes) === 0
  );
}
