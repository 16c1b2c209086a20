/*
 * How the notices of an RPM repository are found:
 *
 *   mirror.list            one base address a line, `$basearch` for the architecture        (Amazon)
 *   repodata/repomd.xml    <repomd><data type="updateinfo"><location href=…/> <checksum type=…/> <open-checksum …/> …
 */
import { createHash } from 'node:crypto';
import { AdvisoryError, type Feed } from '../../advisory.ts';
import { childOf, childrenOf, type XmlElement } from '../oval/oval.ts';
import { refuseWebPage } from '../packed.ts';
import { elementsWithin } from './elements.ts';

/** A feed of which its index tells the digests: any one of them will do. */
export interface CheckedFeed extends Feed {
  /** Digests, `sha256:…`, of the bytes as published and as unpacked. */
  readonly digests?: readonly string[];
}

const REPOMD = 'repodata/repomd.xml';
const ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ['sha', 'sha1'],
  ['sha1', 'sha1'],
  ['sha256', 'sha256'],
  ['sha384', 'sha384'],
  ['sha512', 'sha512'],
]);

/** The index of the repository that is first in a mirror list. Throws `AdvisoryError` when there is none in it. */
export function repositoryIn(feed: Feed, bytes: Uint8Array, architecture: string): Feed {
  refuseWebPage(bytes);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 65_536)).toString('utf8');
  for (const line of text.split('\n')) {
    const base = line.trim().replaceAll('$basearch', architecture);
    if (!base.startsWith('https://') || !URL.canParse(base)) continue;
    const { search, hash, href } = new URL(base);
    if (search !== '' || hash !== '') continue;
    return { ...feed, url: new URL(REPOMD, href.endsWith('/') ? href : `${href}/`).href };
  }
  throw new AdvisoryError('not-the-format', 'the list of mirrors has none that can be used', feed.url);
}

/**
 * The notices that the metadata of a repository name, under an `edition` of their own as their address changes; none when
 * the repository has no notices. Throws `AdvisoryError` for what is no repository metadata.
 */
export function noticesIn(feed: Feed, bytes: Uint8Array, edition: string): readonly CheckedFeed[] {
  let found: CheckedFeed | undefined;
  for (const element of elementsWithin(bytes, 'repomd')) {
    if (typeof element === 'string') throw new AdvisoryError('not-the-format', 'the document is not well-formed');
    if (element.name === 'data' && element.attributes.get('type') === 'updateinfo') {
      found ??= feedOf(feed, element, edition);
    }
  }
  return found === undefined ? [] : [found];
}

function feedOf(feed: Feed, data: XmlElement, edition: string): CheckedFeed {
  const href = childOf(data, 'location')?.attributes.get('href') ?? '';
  if (!/^[\w.~+-]+(?:\/[\w.~+-]+)*$/.test(href) || href.split('/').includes('..')) {
    throw new AdvisoryError('not-the-format', 'the index names something that is no address', href.slice(0, 200));
  }
  const { index: _, ...rest } = feed;
  const digests = [...digestsIn(data, 'checksum'), ...digestsIn(data, 'open-checksum')];
  return { ...rest, url: new URL(`../${href}`, feed.url).href, edition, ...(digests.length > 0 && { digests }) };
}

function digestsIn(data: XmlElement, name: string): readonly string[] {
  return childrenOf(data, name).flatMap((element) => {
    const algorithm = ALGORITHMS.get(element.attributes.get('type') ?? '');
    const hex = element.text.trim().toLowerCase();
    return algorithm !== undefined && /^[0-9a-f]{40,128}$/.test(hex) ? [`${algorithm}:${hex}`] : [];
  });
}

/** Throws `AdvisoryError` for bytes that are not those of which the index told the digests. */
export function checkDigest(feed: CheckedFeed, bytes: Uint8Array): void {
  const { digests = [] } = feed;
  if (digests.length === 0) return;
  const isThat = digests.some((digest) => {
    const [algorithm = '', hex] = digest.split(':');
    return createHash(algorithm).update(bytes).digest('hex') === hex;
  });
  if (!isThat)
    throw new AdvisoryError('not-the-format', 'the feed is not the one of which its index tells', digests[0]);
}
