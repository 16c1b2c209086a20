// Runs programs and measures the whole process from outside, by GNU time (Debian package `time`).
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One run of a program. */
export interface Sample {
  readonly wallMs: number;
  /** User and system time. */
  readonly cpuMs: number;
  /** Peak of resident memory. */
  readonly peakMb: number;
}

/** A program to run. */
export interface Contender {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Done before each run, not measured. */
  readonly before?: () => void;
  /** Exit codes that are no failure; default 0 alone. */
  readonly accepts?: readonly number[];
  /** Fewer bytes of output than this are a failure, whatever the exit code says; default 1. */
  readonly leastBytes?: number;
}

/** Runs it once. Throws when it fails: what failed is not measured. */
export function measure({ name, command, env, before, accepts = [0], leastBytes = 1 }: Contender): Sample {
  before?.();
  const figures = join(tmpdir(), `seaworthy-bench-${process.pid}`);
  const printed = `${figures}.out`;
  const sink = openSync(printed, 'w');
  const start = performance.now();
  const result = spawnSync('/usr/bin/time', ['-q', '-o', figures, '-f', '%U %S %M', ...command], {
    stdio: ['ignore', sink, 'pipe'],
    env: { ...process.env, ...env },
  });
  const wallMs = performance.now() - start;
  closeSync(sink);
  if (!accepts.includes(result.status ?? -1))
    throw new Error(`${name} failed (${result.status ?? result.error}): ${result.stderr.toString()}`);
  if (statSync(printed).size < leastBytes)
    throw new Error(`${name} printed less than it should: ${result.stderr.toString()}`);
  const [user = 0, system = 0, kibibytes = 0] = readFileSync(figures, 'utf8').trim().split(' ').map(Number);
  rmSync(figures);
  rmSync(printed);
  return { wallMs, cpuMs: (user + system) * 1000, peakMb: (kibibytes * 1024) / 1e6 };
}

/** Runs it once unmeasured and answers what it printed; throws when it fails. */
export function output({ name, command, env, before, accepts = [0] }: Contender): string {
  before?.();
  const [program = '', ...rest] = command;
  const options = { env: { ...process.env, ...env }, maxBuffer: 2 ** 30, encoding: 'utf8' } as const;
  const result = spawnSync(program, rest, options);
  if (!accepts.includes(result.status ?? -1))
    throw new Error(`${name} failed (${result.status ?? result.error}): ${result.stderr}`);
  return result.stdout;
}

/** Runs them in turn, A, B, C, A, B, C …, so that noise meets all alike. */
export function interleave(contenders: readonly Contender[], rounds: number): Map<string, Sample[]> {
  const samples = new Map<string, Sample[]>(contenders.map(({ name }) => [name, []]));
  for (let i = 0; i < rounds; i++) {
    for (const contender of contenders) samples.get(contender.name)?.push(measure(contender));
  }
  return samples;
}

/** The middle one. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? Number.NaN) + (sorted[sorted.length >> 1] ?? Number.NaN)) / 2;
}

/** Medians of each figure. */
export function medians(samples: readonly Sample[]): Sample {
  const of = (key: keyof Sample): number => median(samples.map((sample) => sample[key]));
  return { wallMs: of('wallMs'), cpuMs: of('cpuMs'), peakMb: of('peakMb') };
}

/** Runs it once and holds every measured run to about as much output. */
export function held(contender: Contender): { readonly contender: Contender; readonly text: string } {
  const text = output(contender);
  return { contender: { ...contender, leastBytes: Math.max(1, Math.floor(Buffer.byteLength(text) * 0.9)) }, text };
}
