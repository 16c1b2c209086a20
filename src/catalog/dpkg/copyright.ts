/** How many licences are kept of one file, and how long a name may be. */
const maxLicenses = 64;
const maxName = 200;

/**
 * The licences that a `copyright` file names, in the order of their first mention and in Debian's words (`GPL-2+`,
 * `Expat`): the `License` fields of a machine-readable file (DEP 5), else the common licences that the text points to.
 */
export function readLicenses(bytes: Uint8Array): string[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const machineReadable = isMachineReadable(buffer);
  const names = new Set<string>();
  for (const at of occurrences(buffer, machineReadable ? '\nLicense:' : '/common-licenses/')) {
    const name = machineReadable ? fieldAt(buffer, at) : commonLicenseAt(buffer, at);
    if (name !== '') names.add(name);
    if (names.size === maxLicenses) break;
  }
  return [...names];
}

function isMachineReadable(buffer: Buffer): boolean {
  const head = buffer.toString('latin1', 0, 2048);
  return /^Format(?:-Specification)?:/im.test(head);
}

function fieldAt(buffer: Buffer, at: number): string {
  const feed = buffer.indexOf(0x0a, at);
  const end = feed < 0 ? buffer.length : feed;
  return buffer
    .toString('utf8', at, Math.min(end, at + maxName))
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

function commonLicenseAt(buffer: Buffer, at: number): string {
  return /^[A-Za-z][A-Za-z0-9+-]*(?:\.[0-9]+)*/.exec(buffer.toString('latin1', at, at + 40))?.[0] ?? '';
}

/** Offsets after each occurrence. */
function* occurrences(buffer: Buffer, text: string): Generator<number> {
  for (let at = buffer.indexOf(text); at >= 0; at = buffer.indexOf(text, at + 1)) {
    yield at + text.length;
  }
}
