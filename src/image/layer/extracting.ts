import type { Extract, Extractor } from '../image.ts';
import type { ContentStream } from './tar.ts';

/** What becomes of an extraction. */
export interface ExtractingEnd {
  readonly keep: (extract: Extract) => void;
  /** The extractor has failed; told in words. */
  readonly fail: (detail: string) => void;
}

/** Lets an extractor see a file of so many bytes in passing. One that fails loses the file, never the layer. */
export function extracting(extractor: Extractor, path: string, size: number, end: ExtractingEnd): ContentStream {
  const extraction = extractor.open(path, size);
  return {
    stream(chunk) {
      try {
        if (chunk !== undefined && extraction.write(chunk)) return true;
        const extract = extraction.end();
        if (extract) end.keep(extract);
      } catch (error) {
        end.fail(`${extractor.id}: ${error instanceof Error ? error.message : String(error)}`);
      }
      return false;
    },
  };
}
