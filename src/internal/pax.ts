// pax record = length " " keyword "=" value "\n"   (length counts the whole record, in decimal; POSIX.1-2017 pax)
import { TarError } from './tar-header.ts';

/** Records of an extended header, later ones winning. Throws `TarError`. */
export function parsePax(data: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  const sparse: string[] = [];
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(0x20, at);
    const length = space < 0 || space - at > 10 ? Number.NaN : Number(data.toString('latin1', at, space));
    const end = at + length;
    if (!Number.isInteger(length) || length < 5 || end > data.length || data[end - 1] !== 0x0a) {
      if (data.subarray(at).every((byte) => byte === 0)) break;
      throw new TarError('A pax extended header is malformed');
    }
    const equals = data.indexOf(0x3d, space + 1);
    if (equals < 0 || equals >= end) throw new TarError('A pax extended header is malformed');
    const key = data.toString('utf8', space + 1, equals);
    const value = data.toString('utf8', equals + 1, end - 1);
    // GNU sparse 0.0 repeats this pair for each piece (GNU tar manual, "Storing Sparse Files").
    if (key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes') sparse.push(value);
    records.set(key, value);
    at = end;
  }
  if (sparse.length > 0) records.set('GNU.sparse.map', sparse.join(','));
  return records;
}
