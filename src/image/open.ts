import type { Image, OpenOptions } from './image.ts';

/** Finds out what the reference is and reads its manifest and configuration, not its layers. Throws `ImageError`. */
export async function openImage(reference: string, options: OpenOptions = {}): Promise<Image> {
  const { resolveReference } = await import('./reference.ts');
  const resolved = resolveReference(reference, options.places);
  if (resolved.scheme === 'named') {
    const { openNamed } = await import('./source/named.ts');
    return openNamed(reference, resolved, options);
  }
  if (resolved.scheme === 'container') {
    const { openContainer } = await import('./source/container.ts');
    return openContainer(reference, resolved, options);
  }
  if (resolved.scheme === 'containerd-root') {
    const { openFromRoot } = await import('./source/containerd-root.ts');
    return openFromRoot(reference, resolved, options);
  }
  if (resolved.scheme === 'rootfs') return { kind: 'rootfs', reference, path: resolved.path };
  if (resolved.scheme === 'oci') {
    const { openLayout } = await import('./source/layout.ts');
    return openLayout(reference, resolved, options);
  }
  const { openArchive } = await import('./source/archive.ts');
  return openArchive(reference, resolved, options);
}
