import { dirname } from 'node:path';
import { count, day } from '../internal/terminal-figures.ts';
import { safeJson } from '../internal/terminal-json.ts';
import type { CachePlaces, CachesStatus, PruneCacheOptions } from '../scan/caches.ts';
import { CliError } from './cli-error.ts';
import { type Exit, exits } from './exit.ts';
import type { World } from './world.ts';

/** Options of `cache status`. */
export interface CacheStatusFlags {
  readonly format: string;
  readonly db?: string;
}

/** Options of `cache prune`. */
export interface CachePruneFlags {
  readonly maxSize?: string;
  readonly olderThan?: string;
  readonly all?: boolean;
  readonly db?: string;
  readonly quiet?: boolean;
}

/** `seaworthy cache status`: what earlier scans left, and where. */
export async function cacheStatusCommand({ format, db }: CacheStatusFlags, world: World): Promise<Exit> {
  const { cacheStatus } = await world.loadCaches();
  const status = cacheStatus(await placesOf(db, world));
  await world.stdout.write(format === 'json' ? `${safeJson(JSON.stringify(status, null, 2))}\n` : statusText(status));
  return { code: exits.clean };
}

/** `seaworthy cache prune`: makes room. Throws `CliError` (`usage`). */
export async function cachePruneCommand(flags: CachePruneFlags, world: World): Promise<Exit> {
  const { pruneCache, sizeOf } = await world.loadCaches();
  const maxBytes = flags.maxSize === undefined ? undefined : sizeOf(flags.maxSize);
  if (flags.maxSize !== undefined && maxBytes === undefined)
    throw new CliError('usage', 'a size is a number with K, M, G or T, for example 500M', flags.maxSize);
  const options: PruneCacheOptions = {
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(flags.olderThan === undefined ? {} : { olderThanDays: daysOf(flags.olderThan) }),
    ...(flags.all === undefined ? {} : { all: flags.all }),
  };
  const { removed, freed, kept } = pruneCache(await placesOf(flags.db, world), options);
  const text = `removed ${count(removed, 'entry', 'entries')}, ${sizeText(freed)}; ${count(kept, 'entry is', 'entries are')} left\n`;
  if (!flags.quiet) await world.stdout.write(text);
  return { code: exits.clean };
}

async function placesOf(db: string | undefined, { env, loadCaches }: World): Promise<CachePlaces> {
  const [{ cachePlaces }, { databasePath }] = await Promise.all([loadCaches(), import('../database/database.ts')]);
  const places = cachePlaces(dirname(db ?? databasePath(env)), env);
  if (places === undefined) throw new TypeError('there is always a place for the caches');
  return places;
}

function daysOf(text: string): number {
  const days = /^(\d{1,5}(?:\.\d{1,3})?)d?$/.exec(text)?.[1];
  if (days !== undefined) return Number(days);
  throw new CliError('usage', 'an age is a number of days, for example 30d', text);
}

function statusText({ layers, inventories }: CachesStatus): string {
  const bound = `of at most ${sizeText(layers.maxBytes)}`;
  return [
    `layers       ${count(layers.entries, 'entry', 'entries')}, ${sizeText(layers.bytes)} ${bound}${usedText(layers)}`,
    `             ${layers.folder}`,
    `inventories  ${count(inventories.entries, 'entry', 'entries')} of at most ${inventories.maxEntries}, ${sizeText(inventories.bytes)}${usedText(inventories)}`,
    `             ${inventories.folder}`,
    '',
  ].join('\n');
}

function usedText({ oldest, newest }: { readonly oldest?: Date; readonly newest?: Date }): string {
  if (oldest === undefined || newest === undefined) return '';
  return `; used between ${day(oldest.toISOString())} and ${day(newest.toISOString())}`;
}

const units = ['KiB', 'MiB', 'GiB'];

/** In the steps of 1024 in which a bound is given; a byte is told too. */
function sizeText(bytes: number): string {
  const step = bytes < 1024 ** 2 ? 0 : bytes < 1024 ** 3 ? 1 : 2;
  const number = bytes / 1024 ** (step + 1);
  return `${step === 0 ? Math.ceil(number) : Number(number.toFixed(1))} ${units[step]}`;
}
