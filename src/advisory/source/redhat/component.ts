import type { CsafPart } from '../csaf/csaf.ts';
import { parsePurl } from '../csaf/purl.ts';
import { type Platform, platformOf } from './platform.ts';

/** A package of a product, as a VEX document names it. */
export interface Component {
  readonly name: string;
  /** `arch=src` is the source package; of binary ones the architecture is absent where all are meant. */
  readonly kind: 'source' | 'binary';
  readonly architecture?: string;
  /** `[epoch:]version-release`, absent where every version is meant. */
  readonly version?: string;
  /** `name:stream`. */
  readonly module?: string;
  readonly platform: Platform;
}

/**
 * The package that a chain of products ends in. Undefined for what is no RPM of Red Hat's: container images, jars, whole
 * products.
 */
export function componentOf(parts: readonly CsafPart[]): Component | undefined {
  const platform = platformOf(parts.findLast(({ cpe }) => cpe !== undefined)?.cpe ?? '');
  const purl = parsePurl(parts[0]?.purl ?? '');
  if (platform === undefined || purl?.type !== 'rpm' || purl.namespace !== 'redhat') return undefined;
  const arch = purl.qualifiers.get('arch');
  const epoch = purl.qualifiers.get('epoch') ?? '0';
  const module = streamIn(purl.qualifiers.get('rpmmod')) ?? moduleOf(parts);
  return {
    name: purl.name,
    kind: arch === 'src' ? 'source' : 'binary',
    platform,
    ...(arch === undefined || arch === 'src' ? {} : { architecture: arch }),
    ...(purl.version === '' ? {} : { version: epoch === '0' ? purl.version : `${epoch}:${purl.version}` }),
    ...(module === undefined ? {} : { module }),
  };
}

/** `rpmmod` is `name:stream[:version[:context]]`; what has no stream (builds for Flatpak) stays what it is. */
function streamIn(text: string | undefined): string | undefined {
  return text?.split(':').slice(0, 2).join(':');
}

/** Earlier documents have the module as a part of its own: `pkg:rpmmod/redhat/nodejs@18:8090020…`. */
function moduleOf(parts: readonly CsafPart[]): string | undefined {
  for (const part of parts.slice(1)) {
    const purl = parsePurl(part.purl ?? '');
    if (purl?.type === 'rpmmod') return `${purl.name}:${purl.version.split(':', 1)[0] ?? ''}`;
  }
  return undefined;
}
