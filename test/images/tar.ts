// Writes tar archives for tests: POSIX ustar and pax (IEEE 1003.1, pax interchange format), GNU long names and sparse files.
// It writes what it is told, broken or not.

/** Data of a sparse file, the rest being holes. */
export interface SparseChunk {
  readonly offset: number;
  readonly bytes: Buffer;
}

/** One member of an archive; nothing is checked, so that tests may ask for nonsense. */
export interface TarEntry {
  /** As it shall stand in the archive: `usr/bin/sh`, `./a`, `../../etc/passwd`, `/abs`, `a/.wh.b`. */
  readonly name: string;
  /** Default: `file`, or `directory` when the name ends in a slash. */
  readonly type?: 'file' | 'directory' | 'symlink' | 'hardlink' | 'character' | 'block' | 'fifo';
  readonly body?: Buffer | string;
  /** Target of a symbolic or hard link. */
  readonly link?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Seconds since 1970. */
  readonly mtime?: number;
  /** How names that do not fit into 100 bytes are written; default `pax`. `ustar` uses the prefix field alone. */
  readonly longNames?: 'pax' | 'gnu' | 'ustar';
  /** Further pax records for this entry, which win over the computed ones. */
  readonly pax?: Readonly<Record<string, string>>;
  /** Writes a sparse file instead of `body`. */
  readonly sparse?: {
    readonly format: 'gnu' | 'pax-0.0' | 'pax-0.1' | 'pax-1.0';
    readonly size: number;
    readonly chunks: readonly SparseChunk[];
  };
  /** Size that the header claims, when it shall lie. */
  readonly claimedSize?: number;
  /** Text of the checksum field, when it shall be wrong. */
  readonly checksum?: string;
  /** Header magic; default ustar. `v7` writes none. */
  readonly magic?: 'ustar' | 'gnu' | 'v7';
}

const typeFlags = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  character: '3',
  block: '4',
  directory: '5',
  fifo: '6',
} as const;

/** The archive with these members, ended by two zero blocks and filled to 10 KiB as tar(1) does. */
export function tarBytes(entries: readonly TarEntry[]): Buffer {
  const members = tarMembers(entries);
  const length = Math.ceil((members.length + 1024) / 10240) * 10240;
  return Buffer.concat([members, Buffer.alloc(length - members.length)]);
}

/** The members alone, without the end of the archive. */
export function tarMembers(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat(
    entries.flatMap((entry) => (entry.sparse ? sparseBlocks(entry, entry.sparse) : plainBlocks(entry))),
  );
}

type PaxRecord = readonly [key: string, value: string];

function plainBlocks(entry: TarEntry): Buffer[] {
  const body = Buffer.from(entry.body ?? '');
  const type = entry.type ?? (entry.name.endsWith('/') ? 'directory' : 'file');
  return [...extensions(entry, []), header(entry, typeFlags[type], entry.claimedSize ?? body.length), padded(body)];
}

/** What must stand before the header since it does not fit into it. */
function extensions(entry: TarEntry, computed: readonly PaxRecord[]): Buffer[] {
  const way = entry.longNames ?? 'pax';
  const records = [...computed];
  const blocks: Buffer[] = [];
  for (const [key, flag, text] of [
    ['path', 'L', entry.name],
    ['linkpath', 'K', entry.link ?? ''],
  ] as const) {
    if (Buffer.byteLength(text) <= 100 || way === 'ustar') continue;
    if (way === 'pax') records.push([key, text]);
    else blocks.push(extension(flag, '././@LongLink', Buffer.from(`${text}\0`)));
  }
  if ((entry.claimedSize ?? 0) > largestOctal) records.push(['size', String(entry.claimedSize)]);
  records.push(...Object.entries(entry.pax ?? {}));
  const text = records.map(paxRecord).join('');
  if (text) blocks.push(extension('x', 'PaxHeaders/entry', Buffer.from(text)));
  return blocks;
}

function extension(flag: string, name: string, body: Buffer): Buffer {
  return Buffer.concat([header({ name }, flag, body.length), padded(body)]);
}

/** `"%d %s=%s\n"`, the number being the length of the whole record, itself too. */
function paxRecord([key, value]: PaxRecord): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

const largestOctal = 0o77777777777;
const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`;

function header(entry: TarEntry, flag: string, size: number, fill?: (block: Buffer) => void): Buffer {
  const block = Buffer.alloc(512);
  const { prefix, name } = splitName(entry);
  block.write(name, 0, 100);
  block.write(octal(entry.mode ?? (flag === '5' ? 0o755 : 0o644), 8), 100);
  block.write(octal(entry.uid ?? 0, 8), 108);
  block.write(octal(entry.gid ?? 0, 8), 116);
  block.write(octal(size > largestOctal ? 0 : size, 12), 124);
  block.write(octal(entry.mtime ?? 1_700_000_000, 12), 136);
  block.write(flag, 156);
  block.write(entry.link ?? '', 157, 100);
  if (entry.magic === 'gnu' || flag === 'S') block.write('ustar  \0', 257);
  else if (entry.magic !== 'v7') block.write('ustar\x0000', 257);
  block.write(prefix, 345, 155);
  fill?.(block);
  block.fill(' ', 148, 156);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(entry.checksum ?? `${sum.toString(8).padStart(6, '0')}\0 `, 148, 8);
  return block;
}

/** Splits at a slash where the name fits only with the ustar prefix field; else cuts it. */
function splitName({ name, longNames }: TarEntry): { prefix: string; name: string } {
  const slash = longNames === 'ustar' && name.length > 100 ? name.indexOf('/', name.length - 101) : -1;
  return { prefix: name.slice(0, Math.max(slash, 0)), name: name.slice(slash + 1) };
}

function padded(body: Buffer): Buffer {
  return Buffer.concat([body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

type Sparse = NonNullable<TarEntry['sparse']>;
type SparseMap = readonly (readonly [offset: number, length: number])[];

function sparseBlocks(entry: TarEntry, sparse: Sparse): Buffer[] {
  const data = Buffer.concat(sparse.chunks.map(({ bytes }) => bytes));
  const map = sparse.chunks.map(({ offset, bytes }) => [offset, bytes.length] as const);
  const last = map.at(-1);
  // GNU tar ends the map of a file that ends in a hole by an empty chunk at its end.
  if (!last || last[0] + last[1] < sparse.size) map.push([sparse.size, 0]);
  if (sparse.format === 'gnu') return gnuSparse(entry, sparse, map, data);
  const before =
    sparse.format === 'pax-1.0' ? padded(Buffer.from(`${[map.length, ...map.flat()].join('\n')}\n`)) : Buffer.alloc(0);
  const name = sparse.format === 'pax-0.0' ? entry.name : `GNUSparseFile.0/${entry.name.split('/').at(-1)}`;
  const stub = { ...entry, name };
  return [
    ...extensions(stub, sparseRecords(entry, sparse, map)),
    header(stub, '0', before.length + data.length),
    before,
    padded(data),
  ];
}

/** Keys of the three pax variants (GNU tar manual, "Storing Sparse Files"). */
function sparseRecords(entry: TarEntry, { format, size }: Sparse, map: SparseMap): PaxRecord[] {
  if (format === 'pax-1.0') {
    return [
      ['GNU.sparse.major', '1'],
      ['GNU.sparse.minor', '0'],
      ['GNU.sparse.name', entry.name],
      ['GNU.sparse.realsize', String(size)],
    ];
  }
  const common: PaxRecord[] = [
    ['GNU.sparse.size', String(size)],
    ['GNU.sparse.numblocks', String(map.length)],
  ];
  if (format === 'pax-0.1')
    return [...common, ['GNU.sparse.name', entry.name], ['GNU.sparse.map', map.flat().join(',')]];
  return [
    ...common,
    ...map.flatMap(([offset, length]): PaxRecord[] => [
      ['GNU.sparse.offset', String(offset)],
      ['GNU.sparse.numbytes', String(length)],
    ]),
  ];
}

/** Old GNU format: type `S`, four map entries in the header, 21 in each block that follows. */
function gnuSparse(entry: TarEntry, { size }: Sparse, map: SparseMap, data: Buffer): Buffer[] {
  const place = (block: Buffer, at: number, part: SparseMap): void => {
    for (const [i, pair] of part.entries()) block.write(pair.map((value) => octal(value, 12)).join(''), at + 24 * i);
  };
  const more: Buffer[] = [];
  for (let i = 4; i < map.length; i += 21) {
    const block = Buffer.alloc(512);
    place(block, 0, map.slice(i, i + 21));
    if (i + 21 < map.length) block[504] = 1;
    more.push(block);
  }
  const head = header(entry, 'S', data.length, (block) => {
    place(block, 386, map.slice(0, 4));
    if (map.length > 4) block[482] = 1;
    block.write(octal(size, 12), 483);
  });
  return [...extensions(entry, []), head, ...more, padded(data)];
}
