import type { LayerContent, Selects } from '../layer/collector.ts';
import { readFolder } from './folder.ts';

/** Reads the wanted files of a root file system in a folder as if it were one layer. Throws `ImageError`. */
export function readRootfs(root: string, selects: Selects, onEntry?: (count: number) => void): LayerContent {
  return readFolder(root, selects, onEntry === undefined ? {} : { onEntry });
}
