import * as fc from 'fast-check';
import type { Distro } from '../../distro/distro.ts';
import type {
  CatalogerRun,
  LayerRef,
  Location,
  Package,
  PackageMetadata,
  Problem,
  Provenance,
  Relationship,
  SourcePackage,
  Subject,
  Usage,
} from '../../inventory/inventory.ts';

/** A generator for each property, so that a property added to a noun and forgotten here does not compile. */
type Shape<T> = { readonly [K in keyof T]-?: fc.Arbitrary<Exclude<T[K], undefined>> };

type RequiredKeys<T> = { [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? never : K }[keyof T];

export function record<T>(shape: Shape<T>, requiredKeys: RequiredKeys<T>[]): fc.Arbitrary<T> {
  return fc.record(shape, { requiredKeys: requiredKeys as never, noNullPrototype: true }) as unknown as fc.Arbitrary<T>;
}

// Ordinary names, any Unicode, and what makes terminals misbehave.
export const text: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[a-z0-9.+~:-]{0,24}$/) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('\u001b[2J', '\u009b31m', 'a\u202eb', '\r\n', '\u0007', 'x'.repeat(5_000), '\ud800', '日'.repeat(90)),
  },
);
export const time: fc.Arbitrary<string> = fc.oneof(
  fc.date({ noInvalidDate: true, min: new Date('1990-01-01'), max: new Date('2100-01-01') }).map((date) => date.toISOString()),
  text,
);
export const natural: fc.Arbitrary<number> = fc.oneof(fc.nat(5), fc.nat(2_000_000));
export const few = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(one, { maxLength: 3 });
export const flag: fc.Arbitrary<boolean> = fc.boolean();

export const layer: fc.Arbitrary<LayerRef> = record<LayerRef>({ index: fc.nat(9), diffId: text, createdBy: text }, ['index', 'diffId']);
export const source: fc.Arbitrary<SourcePackage> = record<SourcePackage>({ name: text, version: text }, ['name', 'version']);
const location = record<Location>({ path: text, within: text, layer }, ['path', 'layer']);
const usage = record<Usage>({ root: fc.constant(true), direct: fc.constant(true), scope: fc.constantFrom('dev', 'optional') }, []);
const provenance = record<Provenance>({ introduced: layer, changed: layer }, ['introduced', 'changed']);

const metadata: fc.Arbitrary<PackageMetadata> = fc.oneof(
  record<Extract<PackageMetadata, { kind: 'dpkg' }>>(
    { kind: fc.constant('dpkg'), status: text, maintainer: text, section: text, essential: flag, thirdParty: text },
    ['kind'],
  ),
  record<Extract<PackageMetadata, { kind: 'apk' }>>({ kind: fc.constant('apk'), maintainer: text, url: text, commit: text }, ['kind']),
  record<Extract<PackageMetadata, { kind: 'rpm' }>>(
    {
      kind: fc.constant('rpm'),
      epoch: natural,
      release: text,
      vendor: text,
      packager: text,
      modularityLabel: text,
      sourceRpm: text,
      thirdParty: text,
      repository: text,
      contentSets: few(text),
    },
    ['kind', 'release'],
  ),
  record<Extract<PackageMetadata, { kind: 'language' }>>(
    {
      kind: fc.constant('language'),
      identifiedBy: text,
      certainty: fc.constantFrom('likely', 'guessed'),
      integrity: text,
      origin: text,
      builtWith: text,
      homepage: text,
      packages: few(text),
    },
    ['kind'],
  ),
);

export const onePackage: fc.Arbitrary<Package> = record<Package>(
  {
    id: text,
    name: text,
    version: text,
    ecosystem: text,
    knownAs: few(text),
    type: text,
    kind: fc.constantFrom('binary', 'source'),
    source,
    architecture: text,
    purl: text,
    locations: few(location),
    presence: fc.constant('locked'),
    usage,
    licenses: few(text),
    foundBy: text,
    provenance,
    ownedBy: text,
    metadata,
  },
  ['id', 'name', 'version', 'type', 'kind', 'purl', 'locations', 'licenses', 'foundBy', 'metadata'],
);

export const relationship: fc.Arbitrary<Relationship> = record<Relationship>(
  {
    kind: fc.constantFrom('depends-on', 'contains', 'owned-by', 'built-from'),
    from: text,
    to: text,
    scope: fc.constantFrom('dev', 'optional'),
  },
  ['kind', 'from', 'to'],
);

export const subject: fc.Arbitrary<Subject> = record<Subject>(
  {
    kind: fc.constantFrom('image', 'rootfs'),
    reference: text,
    digest: text,
    configDigest: text,
    platform: text,
    config: record<NonNullable<Subject['config']>>(
      { created: text, user: text, labels: fc.dictionary(text, text), ports: few(text), healthcheck: flag },
      ['labels', 'ports', 'healthcheck'],
    ),
    container: fc.record({ id: text, names: few(text), state: fc.constantFrom('running', 'stopped') }),
    layers: few(layer),
    entries: natural,
  },
  ['kind', 'reference', 'layers', 'entries'],
);
export const distro: fc.Arbitrary<Distro> = record<Distro>(
  { id: text, name: text, versionId: text, codename: text, like: few(text), source: text, ecosystem: text, services: few(text) },
  ['id', 'name', 'like', 'source'],
);

export const run: fc.Arbitrary<CatalogerRun> = record<CatalogerRun>(
  { cataloger: text, status: fc.constantFrom('ok', 'partial', 'failed'), packages: natural },
  ['cataloger', 'status', 'packages'],
);
export const problem: fc.Arbitrary<Problem> = record<Problem>(
  {
    code: fc.constantFrom(
      'corrupt',
      'too-large',
      'unreadable',
      'unsupported',
      'crash',
      'path-escape',
      'link-cycle',
      'not-fetched',
      'duplicate',
      'distro-unknown',
    ),
    message: text,
    detail: text,
    path: text,
    layer: fc.nat(9),
    ownedBy: text,
    by: text,
    lossy: flag,
  },
  ['code', 'message', 'by', 'lossy'],
);
