// Writes tar archives whose bytes depend on their input only: POSIX.1-1988 ustar, owner 0:0, one time for all entries.
//   archive = *( header [content padding] ) two zero blocks

/** One member of an archive. */
export interface TarEntry {
  /** Path without leading slash; of a directory without trailing one. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink';
  readonly mode: number;
  readonly content?: Uint8Array;
  /** Target of a symlink. */
  readonly target?: string;
}

const block = 512;
const typeFlags = { file: '0', symlink: '2', directory: '5' } as const;

/** The archive of `entries` in the order given, all dated `seconds` since 1970; throws when a path does not fit ustar. */
export function tar(entries: readonly TarEntry[], seconds: number): Buffer {
  const parts: Buffer[] = [];
  for (const entry of entries) {
    const content = entry.content ?? new Uint8Array();
    parts.push(header(entry, content.length, seconds), Buffer.from(content));
    parts.push(Buffer.alloc((block - (content.length % block)) % block));
  }
  parts.push(Buffer.alloc(2 * block));
  return Buffer.concat(parts);
}

function header(entry: TarEntry, size: number, seconds: number): Buffer {
  const bytes = Buffer.alloc(block);
  const [prefix, name] = split(entry.kind === 'directory' ? `${entry.path}/` : entry.path);
  const target = entry.target ?? '';
  if (Buffer.byteLength(target) > 100) throw new RangeError(`link target too long for ustar: ${target}`);
  bytes.write(name, 0);
  bytes.write(octal(entry.mode, 8), 100);
  bytes.write(octal(0, 8), 108);
  bytes.write(octal(0, 8), 116);
  bytes.write(octal(size, 12), 124);
  bytes.write(octal(seconds, 12), 136);
  bytes.write('        ', 148);
  bytes.write(typeFlags[entry.kind], 156);
  bytes.write(target, 157);
  bytes.write('ustar\u000000', 257);
  bytes.write(prefix, 345);
  let sum = 0;
  for (const byte of bytes) sum += byte;
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return bytes;
}

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, '0')}\0`;
}

function split(path: string): readonly [prefix: string, name: string] {
  if (Buffer.byteLength(path) <= 100) return ['', path];
  for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
    const prefix = path.slice(0, slash);
    const name = path.slice(slash + 1);
    if (name !== '' && Buffer.byteLength(name) <= 100 && Buffer.byteLength(prefix) <= 155) return [prefix, name];
  }
  throw new RangeError(`path too long for ustar: ${path}`);
}
