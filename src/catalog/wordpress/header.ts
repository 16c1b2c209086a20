/**
 * Header of a plugin's main file or a theme's `style.css` ("get_file_data" in WordPress), in the first 8 KiB:
 *
 *   field = *(SP / TAB / "/" / "*" / "#" / "@") name ":" value     ; name without regard to case, first match counts
 *
 * A closing comment or PHP mark ends the value.
 */
const headBytes = 8192;

/** The values of the fields asked for, by name; undefined where `first` is not there: then the file has no header. */
export function readHeader(
  bytes: Uint8Array,
  first: string,
  others: readonly string[],
): ReadonlyMap<string, string> | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, headBytes)).toString('utf8');
  if (!head.includes(first) && !head.toLowerCase().includes(first.toLowerCase())) return undefined;
  const fields = new Map<string, string>();
  for (const name of [first, ...others]) {
    // A value that ends with the file may be cut: only one that something follows counts.
    const found = new RegExp(`^(?:[ \\t]*<\\?php)?[ \\t/*#@]*${name}:([^\\r\\n]*)[\\r\\n]`, 'im').exec(head)?.[1];
    const value = found?.replace(/\s*(?:\*\/|\?>).*$/, '').trim();
    if (value) fields.set(name, value);
  }
  return fields.has(first) ? fields : undefined;
}

/** `$wp_version` of `wp-includes/version.php`. */
export function readCoreVersion(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, headBytes)).toString('latin1');
  return /^\s*\$wp_version\s*=\s*(['"])([\w.+-]+)\1;/m.exec(text)?.[2];
}
