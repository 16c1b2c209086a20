/** Built-in policies by name, as a policy file extends them: the two for everybody first, then those of rules of others. */
export const builtinNames: readonly string[] = ['default', 'strict', 'bod-26-04', 'fedramp', 'pci-dss-4.0.1', 'cis'];

/** Texts of the built-in policies by name, YAML. They are JSON files here, so that they are a part of the program. */
export async function builtinPolicies(): Promise<ReadonlyMap<string, string>> {
  const [{ stringify }, ...documents] = await Promise.all([
    import('yaml'),
    import('./default.json', { with: { type: 'json' } }),
    import('./strict.json', { with: { type: 'json' } }),
    import('./bod-26-04.json', { with: { type: 'json' } }),
    import('./fedramp.json', { with: { type: 'json' } }),
    import('./pci-dss-4.0.1.json', { with: { type: 'json' } }),
    import('./cis.json', { with: { type: 'json' } }),
  ]);
  return new Map(builtinNames.map((name, at) => [name, stringify(documents[at]?.default, { lineWidth: 120 })]));
}
