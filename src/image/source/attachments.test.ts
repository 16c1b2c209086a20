import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { attachmentsOf } from './attachments.ts';
import { type BlobStore, contentsOf, type Json } from './blob-store.ts';

const blobs = new Map<string, Buffer>();
const store: BlobStore = { path: 'x', small: (name) => blobs.get(name), locate: () => undefined };

function put(value: unknown): string {
  const bytes = Buffer.from(JSON.stringify(value));
  const hex = createHash('sha256').update(bytes).digest('hex');
  blobs.set(`blobs/sha256/${hex}`, bytes);
  return `sha256:${hex}`;
}

const document = put({ a: 1 });
const image = put({ layers: [] });
const layers = [{ mediaType: 'application/json', digest: document }];
const pointing = (manifest: Json, annotations: Json = {}): Json => ({
  manifests: [{ digest: put(manifest), annotations }],
});
const attached = { digest: document, mediaType: 'application/json', bytes: Buffer.from('{"a":1}') };

describe('what is attached to an image', () => {
  it.each<[string, Json, readonly object[]]>([
    [
      'names it as its subject',
      pointing({ subject: { digest: image }, artifactType: 't', layers }),
      [{ ...attached, artifactType: 't' }],
    ],
    ['of BuildKit', pointing({ layers }, { 'vnd.docker.reference.digest': image }), [attached]],
    [
      'of cosign',
      pointing({ layers }, { 'org.opencontainers.image.ref.name': `r.test/a:${image.replace(':', '-')}.att` }),
      [attached],
    ],
    ['of another image', pointing({ subject: { digest: document }, layers }), []],
    ['in an index within', pointing(pointing({ subject: { digest: image }, layers })), [attached]],
    [
      'whose bytes are gone',
      pointing({ subject: { digest: image }, layers: [{ digest: `sha256:${'0'.repeat(64)}` }] }),
      [],
    ],
    ['that is not JSON', { manifests: [{ digest: 'nonsense' }, { digest: put('text') }, 7] }, []],
  ])('%s', async (_, index, expected) => {
    expect(await attachmentsOf(contentsOf(store), index, [image])).toEqual(expected);
  });
  it('is not more than a bounded number of documents', async () => {
    const many = put({ subject: { digest: image }, layers: Array.from({ length: 7_000 }, () => layers[0]) });
    const index = { manifests: [{ digest: many }, { digest: many }] };
    expect((await attachmentsOf(contentsOf(store), index, [image])).length).toBe(10_000);
  });

  it('ends in an index that holds itself', async () => {
    blobs.set('blobs/sha256/' + 'f'.repeat(64), Buffer.from(`{"manifests":[{"digest":"sha256:${'f'.repeat(64)}"}]}`));
    expect(
      await attachmentsOf(contentsOf(store), { manifests: [{ digest: `sha256:${'f'.repeat(64)}` }] }, [image]),
    ).toEqual([]);
  });
});
