import type { Platform } from './image.ts';

const nodeToOci: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', arm64: 'arm64', arm: 'arm' };

/** Writes `os/arch[/variant]`. */
export function formatPlatform(platform: Platform): string {
  const { os, architecture, variant } = platform;
  return variant ? `${os}/${architecture}/${variant}` : `${os}/${architecture}`;
}

/** Linux on the architecture that this process runs on. */
export function hostPlatform(): Platform {
  return { os: 'linux', architecture: nodeToOci[process.arch] ?? process.arch };
}

/** Whether an image of `offered` runs where `wanted` is asked for; arm64 and arm64/v8 are one (containerd platforms). */
export function platformMatches(wanted: Platform, offered: Platform): boolean {
  if (wanted.os !== offered.os || wanted.architecture !== offered.architecture) return false;
  if (wanted.variant === undefined) return true;
  return normalVariant(wanted) === normalVariant(offered);
}

function normalVariant({ architecture, variant }: Platform): string {
  return variant ?? (architecture === 'arm64' ? 'v8' : architecture === 'arm' ? 'v7' : '');
}
