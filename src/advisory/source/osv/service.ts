/*
 * Ubuntu's tiers as OSV ecosystems (Canonical's OSV data):
 *
 *   ecosystem = "Ubuntu:" *( tier ":" ) release [ ":LTS" ]      tier = "Pro" / "FIPS-updates" / "Realtime" / "Nvidia-BlueField" / …
 *
 * Builds of plain "Pro" (Expanded Security Maintenance) continue those of the release: the same source with further patches
 * and a higher version, in one order with them. Where Canonical fixes a flaw for subscribers alone, the release itself is
 * left out of the record, though its builds have the flaw. So what is said of "Pro" goes for the release: builds below the
 * fixed one are affected, that one and later are not, wherever they came from; only the fix is not to be had without the
 * service. Builds of the other tiers are others, and stay in the ecosystem that the record gives them.
 */
import type { Affected, Qualifiers } from '../../advisory.ts';
import { asObject, asText } from '../document.ts';
import { united } from './united.ts';

const TIERS = /^Ubuntu:((?:[A-Za-z][\w-]*:)*)(\d+\.\d+)(?::LTS)?$/;

/** The ecosystem of a release, as the distribution is recognised: every other April is a long-term one. */
function releaseEcosystem(release: string): string {
  return /^(?:6\.06|\d*[02468]\.04)$/.test(release) ? `Ubuntu:${release}:LTS` : `Ubuntu:${release}`;
}

/** The ecosystem under which what is said of one is kept: that of the release, unless its builds are others. */
export function releaseOf(ecosystem: string): string {
  return placeOf(ecosystem).ecosystem;
}

interface Place {
  /** The ecosystem of the release. */
  readonly ecosystem: string;
  readonly tier: 'release' | 'pro' | 'other';
}

function placeOf(ecosystem: string): Place {
  const [, tiers, release] = TIERS.exec(ecosystem) ?? [];
  if (tiers === undefined || release === undefined) return { ecosystem, tier: 'other' };
  const tier = tiers === '' ? 'release' : tiers === 'Pro:' ? 'pro' : 'other';
  return { ecosystem: tier === 'other' ? ecosystem : releaseEcosystem(release), tier };
}

/**
 * The service that an entry's fix comes with: by the package URL (`distro=esm-apps/xenial`; the oldest is `trusty/esm`), else
 * by the words on its availability. Undefined for what every user gets.
 */
export function serviceIn(fields: Readonly<Record<string, unknown>>): Pick<Qualifiers, 'service'> | undefined {
  const named = asObject(fields['package']);
  if (placeOf(asText(named?.['ecosystem']) ?? '').tier !== 'pro') return undefined;
  const [, head, tail] = /[?&]distro=([a-z-]+)\/([a-z-]+)/.exec(asText(named?.['purl']) ?? '') ?? [];
  if (tail === 'esm') return { service: 'esm-infra' };
  if (head?.startsWith('esm-') === true) return { service: head };
  const availability = asText(asObject(fields['ecosystem_specific'])?.['availability']) ?? '';
  return { service: /infra/i.test(availability) ? 'esm-infra' : 'esm-apps' };
}

/** The entries of one record with what it says of paid builds put together with what it says of the release. */
export function withServices(entries: readonly Affected[]): readonly Affected[] {
  const groups = new Map<
    string,
    { readonly release: Affected[]; readonly pro: Affected[]; readonly other: Affected[] }
  >();
  for (const entry of entries) {
    const { ecosystem, tier } = placeOf(entry.ecosystem);
    const key = `${ecosystem}\n${entry.package}`;
    const group = groups.get(key) ?? { release: [], pro: [], other: [] };
    groups.set(key, group);
    group[tier].push({ ...withoutNothing(withoutCounted(entry)), ecosystem });
  }
  return [...groups.values()].flatMap(({ release, pro, other }) => [
    ...deciding(united(release), united(pro)),
    ...other,
  ]);
}

/** A fix for everybody counts alone: it is the lower bound of both. Without one that of the service does. */
function deciding(release: readonly Affected[], pro: readonly Affected[]): readonly Affected[] {
  if (pro.length === 0 || release.some(({ fixState }) => fixState === 'fixed')) return release;
  const paid = pro.filter(({ fixState }) => fixState === 'fixed');
  if (paid.length > 0) return paid;
  return release.length > 0 ? release : pro.map(unfixed);
}

function unfixed({ qualifiers, ...entry }: Affected): Affected {
  return { ...entry, note: `what fix there may be comes with ${qualifiers?.service} alone` };
}

/** No version is before 0: a fix in it, which Canonical's older data have for flaws that are open, says nothing of builds. */
function withoutNothing(entry: Affected): Affected {
  const isNothing = entry.ranges.some(({ events }) => events.some((event) => 'fixed' in event && event.fixed === '0'));
  if (!isNothing) return entry;
  return { ...entry, status: 'undetermined', ranges: [], fixState: 'unknown', note: 'fixed in version 0' };
}

/** Versions are counted out from the range there, build by build, so that they add nothing to it. */
function withoutCounted(entry: Affected): Affected {
  if (entry.ranges.length === 0 || entry.status !== 'affected') return entry;
  const { versions: _counted, ...rest } = entry;
  return rest;
}
