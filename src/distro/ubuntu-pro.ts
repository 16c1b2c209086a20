/*
 * What of Ubuntu Pro an image is subscribed to, by what its client (`pro`) and apt keep:
 *
 *   status.json = { attached: boolean, services: [ { name, status: "enabled" / "disabled" / "n/a" / "warning" } ] }
 *   sources     = sources.list(5), one-line or deb822, of one service per file; the client removes it when the service ends
 */

/** Where the client keeps its last status, then apt's sources of each service; paths without leading slash. */
export const ubuntuProFiles: readonly string[] = [
  'var/lib/ubuntu-advantage/status.json',
  ...['esm-infra', 'esm-apps', 'esm-infra-legacy', 'esm-apps-legacy'].flatMap((service) => [
    `etc/apt/sources.list.d/ubuntu-${service}.list`,
    `etc/apt/sources.list.d/ubuntu-${service}.sources`,
  ]),
];

const [STATUS = '', ...SOURCES] = ubuntuProFiles;

/** Services of Ubuntu Pro that the image gets packages from, sorted; `unreadable` names a status that is not understood. */
export interface UbuntuPro {
  readonly services: readonly string[];
  readonly unreadable?: string;
}

/**
 * Reads the files that are there. A service counts when the status says that it is enabled, or when apt has an active source
 * of it; an image whose subscription ended before it was sealed has neither, whatever packages it once got.
 */
export function readUbuntuPro(text: (path: string) => string | undefined): UbuntuPro {
  const status = enabledIn(text(STATUS));
  const services = new Set(status ?? []);
  for (const path of SOURCES) {
    const service = /ubuntu-([a-z-]+)\./.exec(path)?.[1];
    if (service !== undefined && isActive(text(path) ?? '')) services.add(service);
  }
  return { services: [...services].toSorted(), ...(status === undefined ? { unreadable: STATUS } : {}) };
}

/** Undefined when the text is no status. */
function enabledIn(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return [];
  const status = objectIn(parsed(text));
  const list = status?.['services'] ?? [];
  if (status === undefined || !Array.isArray(list)) return undefined;
  if (status['attached'] !== true) return [];
  return list.flatMap((item) => {
    const { name, status: state } = objectIn(item) ?? {};
    return typeof name === 'string' && /^[a-z][a-z0-9-]*$/.test(name) && state === 'enabled' ? [name] : [];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function objectIn(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

/** Whether a file of apt's has a source that is not commented out or disabled. */
function isActive(text: string): boolean {
  const lines = text.split('\n').map((line) => line.trim());
  if (lines.some((line) => /^deb\s/.test(line))) return true;
  const stanzas = lines.join('\n').split(/\n\s*\n/);
  return stanzas.some(
    (stanza) =>
      /^URIs:\s*\S/im.test(stanza) &&
      /^Types:.*\bdeb\b/im.test(stanza) &&
      !/^Enabled:\s*(?:no|false|0)\b/im.test(stanza),
  );
}
