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

/** Whether an image of `offered` runs where `wanted` is asked for; without a variant in `wanted`, any (containerd platforms). */
export function platformMatches(wanted: Platform, offered: Platform): boolean {
  const [asked, given] = [normalPlatform(wanted), normalPlatform(offered)];
  if (asked.os !== given.os || asked.architecture !== given.architecture) return false;
  return wanted.variant === undefined || asked.variant === given.variant;
}

/**
 * How far what is offered is from what is wanted, 0 where it is just that: of several that match, runtimes take the
 * nearest. No variant is the usual one; of arm, older variants run on newer ones.
 */
export function platformDistance(wanted: Platform, offered: Platform): number {
  const [asked, given] = [normalPlatform(wanted).variant ?? '', normalPlatform(offered).variant ?? ''];
  if (asked === given) return 0;
  const older = Number(asked.slice(1)) - Number(given.slice(1));
  return older > 0 ? older : 100;
}

/** One way to write it: case, other names of an architecture and usual variants don't count, as in containerd. */
function normalPlatform(platform: Platform): Platform {
  const [os, written, variant = ''] = [platform.os, platform.architecture, platform.variant].map((one) =>
    one?.toLowerCase(),
  );
  const { architecture, usual } = architectures[written ?? ''] ?? { architecture: written ?? '', usual: '' };
  const number = /^\d$/.test(variant) ? `v${variant}` : variant;
  return { os: os === 'macos' ? 'darwin' : (os ?? ''), architecture, variant: number === '' ? usual : number };
}

const architectures: Readonly<Record<string, { readonly architecture: string; readonly usual: string }>> = {
  amd64: { architecture: 'amd64', usual: 'v1' },
  x86_64: { architecture: 'amd64', usual: 'v1' },
  'x86-64': { architecture: 'amd64', usual: 'v1' },
  i386: { architecture: '386', usual: '' },
  arm64: { architecture: 'arm64', usual: 'v8' },
  aarch64: { architecture: 'arm64', usual: 'v8' },
  arm: { architecture: 'arm', usual: 'v7' },
  armhf: { architecture: 'arm', usual: 'v7' },
  armel: { architecture: 'arm', usual: 'v6' },
};
