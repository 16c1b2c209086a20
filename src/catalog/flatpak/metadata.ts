/*
 * The file `metadata` (flatpak-metadata(5)) is a key file of GLib:
 *
 *   file  = *( "[" group "]" LF / key "=" value LF / "#" comment LF / LF )
 */
import { readText } from '../document.ts';

/** What a flatpak says of itself. */
export interface Metadata {
  readonly kind: 'app' | 'runtime';
  readonly id: string | undefined;
  /** `org.example.Platform/x86_64/24.08`; mandatory for applications. */
  readonly runtime: string | undefined;
  /** `app/org.example.Harbour/x86_64/stable`, of extensions. */
  readonly extensionOf: string | undefined;
}

const maximumBytes = 4 << 20;

/** Reads the metadata; `undefined` when it is of neither an application nor a runtime. Throws `DocumentError`. */
export function readMetadata(bytes: Uint8Array): Metadata | undefined {
  const values = new Map<string, string>();
  let group = '';
  for (const line of readText(bytes, maximumBytes).split('\n')) {
    const text = line.trim();
    const equals = text.indexOf('=');
    if (text.startsWith('[') && text.endsWith(']')) {
      group = text.slice(1, -1);
      values.set(group, '');
    } else if (equals > 0 && !text.startsWith('#')) {
      const key = `${group} ${text.slice(0, equals).trim()}`;
      if (wanted.has(key)) values.set(key, text.slice(equals + 1).trim());
    }
  }
  const kind = values.has('Application') ? 'app' : values.has('Runtime') ? 'runtime' : undefined;
  if (kind === undefined) return undefined;
  const main = kind === 'app' ? 'Application' : 'Runtime';
  const id = values.get(`${main} name`);
  const runtime = values.get(`${main} runtime`);
  return {
    kind,
    id: id !== undefined && isId(id) ? id : undefined,
    runtime: runtime !== undefined && /^[\w.-]+\/[\w-]+\/[\w.+-]+$/.test(runtime) ? runtime : undefined,
    extensionOf: values.get('ExtensionOf ref'),
  };
}

const wanted: ReadonlySet<string> = new Set([
  'Application name',
  'Application runtime',
  'Runtime name',
  'Runtime runtime',
  'ExtensionOf ref',
]);

function isId(text: string): boolean {
  return text.length <= 255 && /^[\w-]+(?:\.[\w-]+)+$/.test(text);
}
