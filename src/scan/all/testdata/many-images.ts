// Images that share layers: each has one of a few bases, one of more middles, and a top of its own.
import { join } from 'node:path';
import { type LayerSpec, type TarEntry, writeOciLayout } from '../../../../test/images/oci-image.ts';

const osRelease: TarEntry = { name: 'etc/os-release', body: 'ID=debian\nVERSION_ID="12"\n' };

/** How the images are to be. */
export interface ManySpec {
  readonly images: number;
  readonly bases: number;
  readonly middles: number;
  /** Bytes of a file in each layer; default 1,000. */
  readonly bytes?: number;
}

function stanza(name: string): string {
  return `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.${name.length}\n\n`;
}

/** The layers of one of them. */
export function layersOf(at: number, { bases, middles, bytes = 1_000 }: ManySpec): LayerSpec[] {
  const [base, middle] = [at % bases, at % middles];
  const file = (name: string): TarEntry => ({ name: `srv/${name}`, body: name.padEnd(bytes, 'x') });
  const status = (...names: string[]): TarEntry => ({ name: 'var/lib/dpkg/status', body: names.map(stanza).join('') });
  return [
    { entries: [osRelease, status('base'), file(`base-${base}`)] },
    { entries: [status('base', `middle-${middle}`), file(`middle-${middle}`)] },
    { entries: [file(`top-${at}`)] },
  ];
}

/** Writes them as layouts `image-0`, `image-1`, … into a folder and gives their paths. */
export function writeMany(folder: string, spec: ManySpec): string[] {
  return Array.from({ length: spec.images }, (_, at) => {
    const path = join(folder, `image-${at}`);
    writeOciLayout(path, { layers: layersOf(at, spec) });
    return path;
  });
}

/** As a list of images. */
export async function* listOf(references: readonly string[]): AsyncGenerator<{ readonly reference: string }> {
  for (const reference of references) yield { reference };
}

/** A flaw of a package as Debian's tracker has it. */
export function flaw(version: string): object {
  return {
    'CVE-2020-0001': { releases: { bookworm: { status: 'resolved', fixed_version: version, urgency: 'high' } } },
  };
}
