import type { Report } from '../finding/finding.ts';
import { parseName } from '../registry/name.ts';
import { type ImageName, RegistryError } from '../registry/registry.ts';
import type { Circumstances, ImageFacts } from './facts.ts';

const BASE_NAME = 'org.opencontainers.image.base.name';
const BASE_DIGEST = 'org.opencontainers.image.base.digest';

/** What a report and the circumstances say of the image as a whole. */
export function imageFacts({ subject, distro, provenance }: Report, circumstances: Circumstances): ImageFacts {
  const { created, user, labels, endOfLife, signed, exposed } = circumstances;
  // A path is no name: only what was found by name has one.
  const name = provenance.image?.foundAt === undefined ? undefined : nameOf(subject.reference);
  return {
    reference: subject.reference,
    ...(name === undefined
      ? {}
      : { name: `${name.registry}/${name.repository}`, registry: name.registry, pinned: name.digest !== undefined }),
    ...(name?.tag === undefined ? {} : { tag: name.tag }),
    ...(subject.digest === undefined ? {} : { digest: subject.digest }),
    ...(subject.platform === undefined ? {} : { platform: subject.platform }),
    ...(created === undefined ? {} : { created }),
    ...(user === undefined ? {} : { user }),
    ...(labels === undefined ? {} : { labels, ...baseOf(labels) }),
    ...(distro === undefined ? {} : { distribution: distributionOf(distro) }),
    ...(endOfLife === undefined ? {} : { endOfLife }),
    ...(signed === undefined ? {} : { signed }),
    ...(exposed === undefined ? {} : { exposed }),
    scanned: provenance.createdAt,
    ...(provenance.database === undefined ? {} : { databaseBuilt: provenance.database.builtAt }),
  };
}

function baseOf(labels: Readonly<Record<string, string>>): Pick<ImageFacts, 'base'> {
  const [name, digest] = [labels[BASE_NAME], labels[BASE_DIGEST]];
  if (name === undefined && digest === undefined) return {};
  return { base: { ...(name === undefined ? {} : { name }), ...(digest === undefined ? {} : { digest }) } };
}

function distributionOf({
  id,
  versionId,
  name,
}: NonNullable<Report['distro']>): NonNullable<ImageFacts['distribution']> {
  return { id, ...(versionId === undefined ? {} : { version: versionId }), name };
}

function nameOf(reference: string): ImageName | undefined {
  try {
    return parseName(reference);
  } catch (error) {
    if (error instanceof RegistryError) return undefined;
    throw error;
  }
}
