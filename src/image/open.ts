import type { Image, OpenOptions } from './image.ts';

/** Finds out what the reference is and reads its manifest and configuration, not its layers. Throws `ImageError`. */
export async function openImage(reference: string, options: OpenOptions = {}): Promise<Image> {
  const { resolveReference } = await import('./reference.ts');
  const resolved = resolveReference(reference);
  if (resolved.scheme === 'rootfs') return { kind: 'rootfs', reference, path: resolved.path };
  if (resolved.scheme === 'oci') {
    const { openLayout } = await import('./source/layout.ts');
    return openLayout(reference, resolved, options);
  }
  const { openArchive } = await import('./source/archive.ts');
  return openArchive(reference, resolved, options);
}
