import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** How long source files may be, in lines: half of them, nine in ten, any of them. */
export interface SizeLimits {
  readonly median: number;
  readonly ninth: number;
  readonly largest: number;
}

/** The lengths met, and one line per limit passed. */
export interface Sizes extends SizeLimits {
  readonly files: number;
  readonly violations: readonly string[];
}

const houseLimits: SizeLimits = { median: 100, ninth: 250, largest: 400 };

/** Holds the lengths of files, in lines by path, against the limits; no files at all is a violation too. */
export function checkSizes(lines: ReadonlyMap<string, number>, limits: SizeLimits = houseLimits): Sizes {
  const sorted = [...lines.values()].toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  const met = { median: at(0.5), ninth: at(0.9), largest: at(1) };
  const violations = [...lines]
    .filter(([, count]) => count > limits.largest)
    .map(([path, count]) => `${path}: ${count} lines, at most ${limits.largest}`);
  if (met.median > limits.median) violations.push(`half of the files are over ${limits.median} lines: ${met.median}`);
  if (met.ninth > limits.ninth) violations.push(`a tenth of the files are over ${limits.ninth} lines: ${met.ninth}`);
  if (lines.size === 0) violations.push('no source files were seen');
  return { ...met, files: lines.size, violations };
}

/** Counts the lines of every module of a folder; tests, their data and data files are left out. */
export function countLines(folder: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !/(?<!\.test|\.contract)\.ts$/.test(file) || /[\\/]testdata[\\/]/.test(file)) continue;
    const text = readFileSync(file, 'utf8');
    lines.set(relative(folder, file), text.split('\n').length - (text.endsWith('\n') ? 1 : 0));
  }
  return lines;
}
