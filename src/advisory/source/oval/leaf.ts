/*
 * What the criteria of RPM distributions ask. A test says it by the package it looks at and the entities of its states; where a
 * document lacks the test or what it refers to, the comment of the criterion says the same:
 *
 *   product   version of a `…-release` package            "Oracle Linux 8 is installed", "Photon OS 3 is installed"
 *   machine   arch of a `…-release` package               "Oracle Linux arch is aarch64"
 *   module    (not a package test)                        "Module container-tools:ol8 is enabled"
 *   flavour   release matches a word                      "openssl is ksplice-based"
 *   always    signature_keyid                             "openssl is signed with the Oracle Linux 8 key"
 *   package   evr less than, …; version equals 0          "openssl is earlier than 2:1.1.1g-15.el8_3"
 */
import type { OvalTest, StateEntity } from './document.ts';

/** Versions that a criterion speaks of. */
export type Claim =
  | { readonly kind: 'range'; readonly introduced?: string; readonly fixed?: string; readonly last?: string }
  | { readonly kind: 'exactly'; readonly version: string }
  /** No version is affected. */
  | { readonly kind: 'never' }
  /** Fixed in this version, or before; of what came before it nothing is said. */
  | { readonly kind: 'fixed-before'; readonly version: string };

/** A product that must be installed; without a test only the comment tells which. */
export interface Product {
  /** `sles-release`. */
  readonly release?: string;
  readonly operation?: string;
  /** `15.6`, or the pattern `^8`. */
  readonly version?: string;
  readonly comment: string;
}

/** One criterion. */
export type Leaf =
  | { readonly kind: 'product'; readonly product: Product }
  | { readonly kind: 'machine'; readonly architecture: string }
  | { readonly kind: 'module'; readonly module: string }
  | { readonly kind: 'flavour'; readonly flavour: string }
  | { readonly kind: 'always' }
  | {
      readonly kind: 'package';
      readonly name: string;
      readonly claim: Claim;
      readonly architectures?: readonly string[];
    }
  /** It can't be told what is asked; `name` when at least the package is known. */
  | { readonly kind: 'unclear'; readonly because: string; readonly name?: string };

const always: Leaf = { kind: 'always' };

/** What a criterion asks, by its test, or by its comment when the document lacks the test. */
export function leafOf(comment: string, test: OvalTest | undefined): Leaf {
  const module = /^Module (\S+) is enabled$/.exec(comment)?.[1];
  if (module !== undefined) return { kind: 'module', module };
  if (test === undefined) return byComment(comment);
  const said = isCut(test) ? byComment(comment) : undefined;
  return said === undefined || said.kind === 'unclear' ? byTest(comment, test) : said;
}

/** Whether it refers to what the document lacks. */
function isCut({ object, states }: OvalTest): boolean {
  return object === undefined || states.includes(undefined);
}

function byComment(comment: string): Leaf {
  const earlier = /^(\S+) is earlier than (\S+)$/.exec(comment);
  const [, name, fixed] = earlier ?? [];
  if (name !== undefined && fixed !== undefined) return { kind: 'package', name, claim: { kind: 'range', fixed } };
  if (/ is signed with /.test(comment)) return always;
  const flavour = /^\S+ is (\w+)-based$/.exec(comment)?.[1];
  if (flavour !== undefined) return { kind: 'flavour', flavour };
  const architecture = /^Oracle Linux arch is (\S+)$/.exec(comment)?.[1];
  if (architecture !== undefined) return { kind: 'machine', architecture };
  if (/^\S+ .+ is installed$/.test(comment)) return { kind: 'product', product: { comment } };
  const spoken = /^(\S+)-[^-\s]+-[^-\s]+ is installed$|^(\S+) (?:is|was) /.exec(comment);
  const spokenOf = spoken?.[1] ?? spoken?.[2];
  return { kind: 'unclear', because: 'a test is missing', ...(spokenOf !== undefined && { name: spokenOf }) };
}

function byTest(comment: string, { check, existence, object, states }: OvalTest): Leaf {
  const unclear = (because: string): Leaf => ({ kind: 'unclear', because, ...(object && { name: object }) });
  if (existence !== 'at_least_one_exists') return unclear(`a test with check_existence ${existence}`);
  if (states.includes(undefined)) return unclear('a state is missing');
  const entities = states.flatMap((state) => state ?? []);
  const leaf = object === undefined ? unclear('a test of no package') : byEntities(comment, object, entities);
  if (check === 'at least one' || check === 'all') return leaf;
  return check === 'none satisfy' ? negated(leaf) : unclear(`a test with check ${check}`);
}

function byEntities(comment: string, object: string, entities: readonly StateEntity[]): Leaf {
  const fields = entities
    .map(({ field }) => field)
    .toSorted()
    .join(' ');
  const first = entities[0];
  const isRelease = object.endsWith('-release');
  const unclear: Leaf = { kind: 'unclear', because: `a test of ${fields}`, name: object };
  if (first === undefined) return { kind: 'package', name: object, claim: { kind: 'range' } };
  if (fields === 'signature_keyid') return always;
  if (fields === 'evr' || fields === 'arch evr') return ofVersions(comment, object, entities);
  if (entities.length > 1) return unclear;
  const { field, operation, value } = first;
  if (field === 'arch' && isRelease) return { kind: 'machine', architecture: value };
  if (field === 'release' && operation === 'pattern match' && /^\w+$/.test(value))
    return { kind: 'flavour', flavour: value };
  if (field !== 'version') return unclear;
  if (isRelease) return { kind: 'product', product: { release: object, operation, version: value, comment } };
  return operation === 'equals' && value === '0'
    ? { kind: 'package', name: object, claim: { kind: 'never' } }
    : unclear;
}

function ofVersions(comment: string, name: string, entities: readonly StateEntity[]): Leaf {
  const evr = entities.find(({ field }) => field === 'evr');
  const arch = entities.find(({ field }) => field === 'arch');
  const version = evrOf(evr?.value ?? '');
  const claim = evr && ONE_VERSION.test(version) ? claimOf(comment, evr.operation, version) : undefined;
  if (claim === undefined) return { kind: 'unclear', because: `a version ${evr?.operation} ${evr?.value}`, name };
  if (arch === undefined) return { kind: 'package', name, claim };
  const architectures = /^\(?([\w|]+)\)?$/.exec(arch.value)?.[1]?.split('|');
  const isKnown = ['pattern match', 'equals'].includes(arch.operation);
  if (architectures === undefined || !isKnown) return { kind: 'unclear', because: `architectures ${arch.value}`, name };
  return { kind: 'package', name, claim, architectures };
}

function claimOf(comment: string, operation: string, version: string): Claim | undefined {
  switch (operation) {
    case 'less than':
      return { kind: 'range', fixed: version };
    case 'less than or equal':
      return { kind: 'range', last: version };
    case 'greater than':
      // SUSE's way to say that the product had the fix from the start.
      if (comment.endsWith(' was already fixed')) return { kind: 'fixed-before', version };
      return isZero(version) ? { kind: 'range' } : { kind: 'range', introduced: version };
    case 'greater than or equal':
      return isZero(version) ? { kind: 'range' } : { kind: 'range', introduced: version };
    case 'equals':
      return { kind: 'exactly', version };
    default:
      return undefined;
  }
}

function isZero(version: string): boolean {
  return /^(?:0:)?[0.]+(?:-0)?$/.test(version);
}

/** Azure Linux once has a list, `0:1.17.13-2,1.18.8-2,1.21.6-1.azl3`, which an order of versions would take for one. */
const ONE_VERSION = /^(?:\d+:)?[\w.+~^]+(?:-[\w.+~^]+)?$/;

/**
 * SUSE writes an empty release behind some versions: `0:14-2.2-0` is `0:14-2.2`. Azure Linux once has a blank behind the epoch:
 * `0: 1.20.10-1.azl3`.
 */
function evrOf(text: string): string {
  const version = text.replace(/^(\d+:)\s+/, '$1');
  return /-.*-0$/.test(version) ? version.slice(0, -2) : version;
}

/** The opposite of a criterion. */
export function negated(leaf: Leaf): Leaf {
  if (leaf.kind !== 'package') return { kind: 'unclear', because: 'a negated criterion' };
  const claim = opposite(leaf.claim);
  return claim === undefined
    ? { kind: 'unclear', because: 'a negated criterion', name: leaf.name }
    : { ...leaf, claim };
}

function opposite(claim: Claim): Claim | undefined {
  if (claim.kind === 'never') return { kind: 'range' };
  if (claim.kind !== 'range') return undefined;
  const { introduced, fixed, last } = claim;
  if (introduced === undefined && fixed !== undefined) return { kind: 'range', introduced: fixed };
  // Includes the bound itself, which is one version too many: a range has no other beginning.
  if (introduced === undefined && last !== undefined) return { kind: 'range', introduced: last };
  return introduced !== undefined && fixed === undefined && last === undefined
    ? { kind: 'range', last: introduced }
    : undefined;
}
