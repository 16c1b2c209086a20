import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { isAbsolute, join } from 'node:path';
import type * as jsoncParser from 'jsonc-parser';
import type * as smolToml from 'smol-toml';
import { limitText } from '../internal/limit-text.ts';
import { RegistryError, type RegistrySettings } from './registry.ts';

/** Settings are small; what is larger was not written as such. */
const maximumBytes = 4 << 20;
const load = createRequire(import.meta.url);
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A file of settings that can't be used. `what` says where in it and why, without its values: they may be secrets. */
export function badSetting(path: string, what: string, cause?: unknown): RegistryError {
  return new RegistryError('bad-setting', 'A setting for registries cannot be used', `${path}: ${what}`, cause);
}

/** The text of a file; undefined where there is none. Throws `RegistryError` (`bad-setting`). */
export async function readSetting(path: string): Promise<string | undefined> {
  let file: FileHandle | undefined;
  try {
    // A pipe without a writer must not hold us.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await file.stat();
    if (!stats.isFile()) throw badSetting(path, 'it is not a file');
    const bytes = Buffer.alloc(Math.min(stats.size, maximumBytes) + 1);
    let length = 0;
    for (let got = -1; got !== 0 && length < bytes.length; length += got) {
      got = (await file.read(bytes, length, bytes.length - length)).bytesRead;
    }
    if (length > maximumBytes) throw badSetting(path, `it is larger than ${maximumBytes >> 20} MiB`);
    return utf8.decode(bytes.subarray(0, length));
  } catch (cause) {
    if (isAbsence(cause)) return undefined;
    if (cause instanceof RegistryError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code;
    throw badSetting(path, code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is not in UTF-8' : `${code}`, cause);
  } finally {
    await file?.close();
  }
}

/** A file that the user names must be there. Throws `RegistryError` (`bad-setting`). */
export async function readNamedSetting(path: string): Promise<string> {
  const text = await readSetting(path);
  if (text === undefined) throw badSetting(path, 'there is no such file');
  return text;
}

/** Whether an error says that there is no such file. */
export function isAbsence(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** A document of JSON (RFC 8259). Throws `RegistryError` (`bad-setting`) with the line of the first mistake. */
export function parseJsonSetting(path: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The message of JSON.parse quotes the text around the mistake, which may be a password.
    throw badSetting(path, `${lineOfMistake(text)}it is not JSON`);
  }
}

function lineOfMistake(text: string): string {
  try {
    const errors: jsoncParser.ParseError[] = [];
    (load('jsonc-parser') as typeof jsoncParser).parse(text, errors, { disallowComments: true });
    const [first] = errors;
    return first === undefined ? '' : `line ${text.slice(0, first.offset).split('\n').length}: `;
  } catch {
    return '';
  }
}

/** A document of TOML 1.0. Throws `RegistryError` (`bad-setting`) with the line of the first mistake. */
export function parseTomlSetting(path: string, text: string): Fields {
  const { parse, TomlError } = load('smol-toml') as typeof smolToml;
  try {
    return fieldsOf(parse(text, { maxDepth: 50 }), path);
  } catch (cause) {
    if (cause instanceof RegistryError) throw cause;
    // The message quotes the line below its first one, which may hold a password.
    throw badSetting(path, cause instanceof TomlError ? `line ${cause.line}: it is not TOML` : 'it is not TOML');
  }
}

/** A table of settings whose values are checked as they are asked for; each method throws `RegistryError` (`bad-setting`). */
export interface Fields {
  keys(): readonly string[];
  raw(key: string): unknown;
  text(key: string): string | undefined;
  flag(key: string): boolean | undefined;
  /** Texts; one text is a list of one. */
  texts(key: string): readonly string[] | undefined;
  table(key: string): Fields | undefined;
  tables(key: string): readonly Fields[];
  /** The error that says what is wrong with a value. */
  wrong(key: string, what: string): RegistryError;
}

/** The fields of a table or object, `where` being its file, or file and place. Throws `RegistryError` (`bad-setting`). */
export function fieldsOf(value: unknown, where: string): Fields {
  if (!isTable(value)) throw badSetting(where, 'it is not a table of settings');
  const raw = (key: string): unknown => (Object.hasOwn(value, key) ? (value[key] ?? undefined) : undefined);
  const wrong = (key: string, what: string): RegistryError => badSetting(where, `${limitText(key, 100)} ${what}`);
  const checked = <T>(key: string, what: string, is: (found: unknown) => found is T): T | undefined => {
    const found = raw(key);
    if (found === undefined || is(found)) return found;
    throw wrong(key, what);
  };
  const inner = (key: string): string => `${where}, ${limitText(key, 100)}`;
  return {
    raw,
    wrong,
    keys: () => Object.keys(value),
    text: (key) => checked(key, 'is not a text', isText),
    flag: (key) => checked(key, 'is neither true nor false', (found) => typeof found === 'boolean'),
    texts: (key) => {
      const found = raw(key);
      return isText(found) ? [found] : checked(key, 'is not a list of texts', isTexts);
    },
    table: (key) => {
      const found = checked(key, 'is not a table', isTable);
      return found && fieldsOf(found, inner(key));
    },
    tables: (key) =>
      (checked(key, 'is not a list of tables', Array.isArray) ?? []).map((one) => fieldsOf(one, inner(key))),
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0');
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText);
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** A path below the user's folder of settings (`$XDG_CONFIG_HOME`, `~/.config`); none where the user has no home. */
export function userPaths(settings: RegistrySettings, ...names: readonly string[]): readonly string[] {
  const xdg = settings.env['XDG_CONFIG_HOME'] ?? '';
  if (isAbsolute(xdg)) return [join(xdg, ...names)];
  return isAbsolute(settings.home) ? [join(settings.home, '.config', ...names)] : [];
}

/** A path below the machine's folder of settings, `/etc`. */
export function systemPath(settings: RegistrySettings, ...names: readonly string[]): string {
  return join(settings.systemFolder ?? '/etc', ...names);
}
