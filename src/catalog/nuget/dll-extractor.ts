import type { Extract, Extraction, Extractor } from '../../image/image.ts';
import { headerBytes, type PeHeader, readPeHeader, readVersionTexts } from './pe-version.ts';

/** What is kept of an assembly of .NET, in JSON. */
export interface KeptAssembly {
  /** Of the version resource, as they stand there. */
  readonly fileVersion?: string;
  readonly productVersion?: string;
}

/** Bytes of resources beyond which no version is looked for. */
const maximumResources = 4 << 20;

/** Keeps the versions that assemblies of .NET say they have; of other programs and libraries nothing. */
export const dllExtractor: Extractor = { id: 'dll', byName: true, endings: ['dll', 'exe'], selects, open };

function selects(path: string): boolean {
  const ending = path.slice(-4).toLowerCase();
  if (ending !== '.dll' && ending !== '.exe') return false;
  // Translations have the version of their assembly, and assemblies to compile against have no code.
  return !path.endsWith('.resources.dll') && !path.includes('.Ref/');
}

function open(): Extraction {
  let header: PeHeader | undefined;
  let head = Buffer.alloc(0);
  let resources: Buffer | undefined;
  let [seen, filled] = [0, 0];
  const keep = (chunk: Uint8Array): boolean => {
    const place = header?.resources;
    if (place === undefined || resources === undefined) return false;
    const from = place.offset + filled - seen;
    if (from < chunk.length) {
      const part = chunk.subarray(from, from + resources.length - filled);
      resources.set(part, filled);
      filled += part.length;
    }
    seen += chunk.length;
    return filled < resources.length;
  };
  const begin = (): boolean => {
    header = readPeHeader(head);
    if (!header?.managed || header.resources === undefined) return false;
    resources = Buffer.alloc(Math.min(header.resources.size, maximumResources));
    return keep(head);
  };
  return {
    write(chunk) {
      if (resources !== undefined) return keep(chunk);
      head = Buffer.concat([head, chunk]);
      return head.length < headerBytes || begin();
    },
    end(): Extract | undefined {
      if (header === undefined) begin();
      if (!header?.managed) return undefined;
      const texts = resources
        ? readVersionTexts(resources.subarray(0, filled), header.resources?.address ?? 0)
        : new Map<string, string>();
      const [fileVersion, productVersion] = [texts.get('FileVersion'), texts.get('ProductVersion')];
      const kept: KeptAssembly = { ...(fileVersion && { fileVersion }), ...(productVersion && { productVersion }) };
      return { bytes: new TextEncoder().encode(JSON.stringify(kept)) };
    },
  };
}
