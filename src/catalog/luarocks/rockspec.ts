import { readText } from '../document.ts';

/**
 * Of a rockspec and of `luarocks.lock`, which are programs in Lua, only what LuaRocks and people write is read, nothing is run:
 *
 *   text  = quoted with " or ', or between "[[" and "]]"
 *   table = "{" *(text ["," / ";"] / name "=" value) "}"
 *
 * Comments (`--`) are left out.
 */
export interface Rockspec {
  readonly license?: string | undefined;
  readonly homepage?: string | undefined;
  /** Names of rocks, `lua` itself left out. */
  readonly depends: readonly string[];
}

const quoted = `"([^"\\\\\\n]*)"|'([^'\\\\\\n]*)'`;

/** Reads licence, home page and dependencies. Throws `DocumentError`. */
export function readRockspec(bytes: Uint8Array): Rockspec {
  const text = readText(bytes, 1 << 20).replaceAll(/--[^\n]*/g, '');
  const value = (name: string): string | undefined => {
    const match = new RegExp(`\\b${name}\\s*=\\s*(?:${quoted})`).exec(text);
    return match?.[1] ?? match?.[2];
  };
  const list = /(?:^|\n)\s*dependencies\s*=\s*\{([^{}]*)\}/.exec(text)?.[1] ?? '';
  const depends = Array.from(list.matchAll(new RegExp(quoted, 'g')), (match) => nameOf(match[1] ?? match[2] ?? ''));
  return {
    license: value('license'),
    homepage: value('homepage'),
    depends: depends.filter((name) => name !== '' && name !== 'lua'),
  };
}

/** `tide ~> 1.2`; a rock of a user's manifest is `user/tide`. */
function nameOf(dependency: string): string {
  return (/^\s*(?:[\w.-]+\/)?([\w.-]+)/.exec(dependency)?.[1] ?? '').toLowerCase();
}

/** A rock that a lock file pins. */
export interface Pinned {
  readonly name: string;
  readonly version: string;
  /** Only needed to build or test. */
  readonly build: boolean;
}

const entry: RegExp = new RegExp(`(?:\\[\\s*(?:${quoted})\\s*\\]|(\\w+))\\s*=\\s*(?:${quoted})\\s*(?:[,;]|$)`, 'g');

/** `luarocks.lock`: `return { dependencies = { name = "version", … }, … }`. Undefined when it is none. Throws `DocumentError`. */
export function readLock(bytes: Uint8Array): readonly Pinned[] | undefined {
  const text = readText(bytes, 4 << 20).replaceAll(/--[^\n]*/g, '');
  const body = /^\s*return\s*\{([\s\S]*)\}\s*$/.exec(text)?.[1];
  if (body === undefined) return undefined;
  const pinned: Pinned[] = [];
  let whole = true;
  const rest = body.replaceAll(/(\w+)\s*=\s*\{([^{}]*)\}\s*(?:[,;]|$)/g, (_all, section: string, entries: string) => {
    const left = entries.trim().replaceAll(entry, (_item, ...groups: (string | undefined)[]) => {
      const [name = '', version = ''] = [groups[0] ?? groups[1] ?? groups[2], groups[3] ?? groups[4]];
      if (name !== 'lua') pinned.push({ name, version, build: section !== 'dependencies' });
      return '';
    });
    whole &&= left.trim() === '';
    return '';
  });
  return whole && rest.trim() === '' ? pinned : undefined;
}
