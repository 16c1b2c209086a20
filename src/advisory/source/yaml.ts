/** Reads one YAML document, every scalar as the text in the file (`1.10` stays `1.10`); undefined when it is none. */
export type ReadYaml = (bytes: Uint8Array) => unknown;

/** Longer than any record. */
const LONGEST = 4 * 2 ** 20;

/** The reader, loaded where it is needed. It refuses nodes that stand in several places, which may be a document's bomb. */
export async function yamlReader(): Promise<ReadYaml> {
  const { load, FAILSAFE_SCHEMA } = await import('js-yaml');
  return (bytes) => {
    if (bytes.length > LONGEST) return undefined;
    try {
      const value = load(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'), {
        schema: FAILSAFE_SCHEMA,
      });
      return isTree(value) ? value : undefined;
    } catch {
      return undefined;
    }
  };
}

function isTree(value: unknown): boolean {
  const seen = new Set<object>();
  const stack = [value];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (typeof at !== 'object' || at === null) continue;
    if (seen.has(at)) return false;
    seen.add(at);
    for (const one of Object.values(at)) stack.push(one);
  }
  return true;
}
