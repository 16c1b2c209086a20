import type { ImageFile } from '../catalog.ts';
import type { Gatherer } from '../gather.ts';
import { bundleLicenses } from './bundle-license.ts';
import { type ArchiveFacts, unpackFacts } from './facts.ts';
import { type Identity, identify } from './identity.ts';
import { componentSighting, sightingOf } from './sighting.ts';

/** Adds what was kept of one file: each archive of the tree, and what was put into each. */
export function addArchives(gathered: Gatherer, file: ImageFile): void {
  const { archives, problems } = unpackFacts(file.bytes);
  const purls: (string | undefined)[] = [];
  for (const facts of archives) {
    const outer = facts.parent === undefined ? undefined : purls[facts.parent];
    const own = addArchive(gathered, file, facts);
    if (own !== undefined && outer !== undefined) gathered.relate('contains', outer, own);
    // What is in an archive that does not say who it is is in the one around.
    purls.push(own ?? outer);
  }
  for (const { code, message, detail } of problems) gathered.problem(code, message, file, detail);
}

function addArchive(gathered: Gatherer, file: ImageFile, facts: ArchiveFacts): string | undefined {
  const within = facts.path === '' ? undefined : facts.path;
  const { own, contained } = identify(facts, facts.path === '' ? file.path : facts.path);
  const usage = facts.application && facts.parent === undefined ? ({ root: true } as const) : undefined;
  const licenses = own && licensesOf(own, facts);
  const purl = own && gathered.add({ ...sightingOf(own, 'installed', usage, within), licenses }, file);
  const inside = (path: string): string => (within === undefined ? path : `${within}!${path}`);
  for (const { identity, descriptor } of contained) {
    const sighting = sightingOf(identity, 'installed', undefined, inside(descriptor.path));
    const inner = gathered.add({ ...sighting, licenses: descriptor.licenses }, file);
    if (purl !== undefined && inner !== undefined) gathered.relate('contains', purl, inner);
  }
  for (const component of facts.bill?.components ?? [])
    gathered.add(componentSighting(component, 'locked', inside(facts.bill?.path ?? '')), file);
  tellUnknown(gathered, file, facts, own !== undefined || contained.length > 0);
  for (const { group, artifact, version, path } of facts.descriptors)
    if (version === '')
      gathered.problem(
        'corrupt',
        'A descriptor of an artifact has no version',
        file,
        `${inside(path)}: ${group}:${artifact}`,
      );
  return purl;
}

/** By the project's model, where it had to be read, else by the manifest. */
function licensesOf({ group, artifact }: Identity, { descriptors, manifest }: ArchiveFacts): readonly string[] {
  const own = descriptors.find((one) => one.group === group && one.artifact === artifact);
  return own?.licenses ?? bundleLicenses(manifest['Bundle-License']);
}

/** An archive with classes that says nothing of itself is a package that is not in the list. */
function tellUnknown(gathered: Gatherer, file: ImageFile, facts: ArchiveFacts, known: boolean): void {
  if (known || !facts.classes || isOfJavaItself(file.path, facts)) return;
  const detail = facts.path === '' ? undefined : facts.path;
  // The image's own application is in no advisory; what it brings along is listed.
  gathered.problem('unsupported', 'An archive does not say what it is', file, detail, !facts.application);
}

/** Archives that are parts of a JDK or JRE, which is catalogued as a whole. */
function isOfJavaItself(path: string, { manifest }: ArchiveFacts): boolean {
  return (
    manifest['Implementation-Title'] === 'Java Runtime Environment' ||
    /(?:^|\/)lib\/(?:jrt-fs|tools|dt|jconsole|sa-jdi|rt|jce|jsse|charsets|resources|management-agent|ext\/[\w-]+)\.jar$/.test(
      path,
    )
  );
}
