/*
 * endoflife.date, API v0: one array of release cycles for each product
 *
 *   [ { cycle, codename?, releaseDate, eol: day / true (over) / false, support?: day / true (goes on) / false,
 *       extendedSupport?: day / true (there is) / false, latest?, latestReleaseDate?, lts: day / boolean } ]
 */
import { type AdvisorySource, type Fact, type Feed, type LifecycleFact, type ParseReport } from '../../advisory.ts';
import products from '../../lifecycle-products.json' with { type: 'json' };
import { dayIn } from '../day.ts';
import { asObject, asText, innerMembers, memberValue, refuseObject } from '../document.ts';
import { newTally } from '../tally.ts';

const API = 'https://endoflife.date/api/';

/** endoflife.date: how long distributions, runtimes and servers are looked after. */
export const endoflife: AdvisorySource = {
  id: 'endoflife',
  role: 'facts',
  lists: () => 'fixes',
  feeds: (ecosystems) => (ecosystems === undefined ? products.map(feedOf) : []),
  parse: parseProduct,
};

/** Optional: products are renamed now and then, and that of one says nothing of the others. */
function feedOf({ product }: { readonly product: string }): Feed {
  return { url: `${API}${product}.json`, ecosystems: [], facts: ['lifecycle'], optional: true };
}

function parseProduct(feed: Feed, bytes: Uint8Array, _keep: unknown, note: (fact: Fact) => void): ParseReport {
  refuseObject(bytes);
  const key = feed.url.slice(API.length, -'.json'.length);
  const tally = newTally();
  for (const cycle of innerMembers({ key: '', bytes, offset: 0 })) {
    const fact = factOf(key, memberValue(cycle));
    if (fact === undefined) {
      tally.skip('malformed', `${key}, cycle ${cycle.key}`);
      continue;
    }
    note(fact);
    tally.keep();
  }
  return tally.report();
}

/** The end of life is what the fact is about; `false` for active or extended support means that there is none any more. */
function factOf(key: string, value: unknown): LifecycleFact | undefined {
  const fields = asObject(value);
  const cycle = asText(fields?.['cycle']);
  const endOfLife = dayOrFlag(fields?.['eol']);
  if (fields === undefined || cycle === undefined || cycle.length > 64 || endOfLife === undefined) return undefined;
  const codename = asText(fields['codename']);
  const released = dayIn(fields['releaseDate']);
  const endOfSupport = inverse(dayOrFlag(fields['support']));
  const endOfExtended = inverse(dayOrFlag(fields['extendedSupport']));
  const latest = asText(fields['latest']);
  const latestReleased = dayIn(fields['latestReleaseDate']);
  const lts = dayOrFlag(fields['lts']);
  return {
    kind: 'lifecycle',
    key,
    cycle,
    ...(codename === undefined ? {} : { codename }),
    ...(released === undefined ? {} : { released }),
    endOfLife,
    ...(endOfSupport === undefined ? {} : { endOfSupport }),
    ...(endOfExtended === undefined ? {} : { endOfExtended }),
    ...(latest === undefined ? {} : { latest }),
    ...(latestReleased === undefined ? {} : { latestReleased }),
    ...(lts === undefined ? {} : { lts }),
  };
}

function dayOrFlag(value: unknown): string | boolean | undefined {
  return typeof value === 'boolean' ? value : dayIn(value);
}

function inverse(value: string | boolean | undefined): string | boolean | undefined {
  return typeof value === 'boolean' ? !value : value;
}
