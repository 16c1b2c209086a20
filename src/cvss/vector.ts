/*
 * Vectors of the four versions of CVSS:
 *
 *   vector = ( "CVSS:3.0/" / "CVSS:3.1/" / "CVSS:4.0/" / "" ) metric *( "/" metric )      without a prefix it is 2.0
 *   metric = name ":" value                                                              each at most once
 *
 * Every base metric must be there. Names and values are read as written, in capitals. Any order will do: version 3 says so
 * (specification 3.1, section 6), and records in use have 4.0 out of its order; nothing depends on it.
 */
import table from './metrics.json' with { type: 'json' };

export type CvssVersion = '2.0' | '3.0' | '3.1' | '4.0';

export type MetricGroup = 'base' | 'threat' | 'environmental' | 'supplemental';

/** Value of each metric that the vector gives, by name. */
export type Metrics = ReadonlyMap<string, string>;

interface Metric {
  readonly group: MetricGroup;
  readonly weights: ReadonlyMap<string, number>;
}

type Table = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>>;

const GROUPS = ['base', 'threat', 'environmental', 'supplemental'] as const;
const LONGEST = 300;

const METRICS: Readonly<Record<CvssVersion, ReadonlyMap<string, Metric>>> = {
  '2.0': metricsIn(table['2.0']),
  '3.0': metricsIn(table['3']),
  '3.1': metricsIn(table['3']),
  '4.0': metricsIn(table['4.0']),
};

function metricsIn(groups: Table): ReadonlyMap<string, Metric> {
  return new Map(
    GROUPS.flatMap((group) =>
      Object.entries(groups[group] ?? {}).map(([name, weights]): [string, Metric] => [
        name,
        { group, weights: new Map(Object.entries(weights)) },
      ]),
    ),
  );
}

/** The version and the metrics of a vector, or undefined where it breaks the grammar or lacks a base metric. */
export function parseVector(vector: string): { readonly version: CvssVersion; readonly metrics: Metrics } | undefined {
  if (vector.length > LONGEST || !vector.includes('/')) return undefined;
  const prefix = /^CVSS:(3\.0|3\.1|4\.0)\//.exec(vector);
  const version = (prefix?.[1] ?? '2.0') as CvssVersion;
  const known = METRICS[version];
  const metrics = new Map<string, string>();
  for (const item of vector.slice(prefix?.[0].length ?? 0).split('/')) {
    const [name = '', value = '', ...rest] = item.split(':');
    if (rest.length > 0 || metrics.has(name) || known.get(name)?.weights.has(value) !== true) return undefined;
    metrics.set(name, value);
  }
  for (const [name, { group }] of known) if (group === 'base' && !metrics.has(name)) return undefined;
  return { version, metrics };
}

/** The number that stands for a metric's value in the version's equations; that of "not defined" where it is not given. */
export function weightOf(version: CvssVersion, metrics: Metrics, name: string): number {
  const weights = METRICS[version].get(name)?.weights;
  return weights?.get(metrics.get(name) ?? (version === '2.0' ? 'ND' : 'X')) ?? 0;
}

/** Whether the vector gives a metric of the group, other than as "not defined". */
export function hasGroup(version: CvssVersion, metrics: Metrics, group: MetricGroup): boolean {
  for (const [name, value] of metrics) {
    if (METRICS[version].get(name)?.group === group && value !== 'X' && value !== 'ND') return true;
  }
  return false;
}

/** The same vector with its base metrics alone. */
export function baseMetrics(version: CvssVersion, metrics: Metrics): Metrics {
  return new Map([...metrics].filter(([name]) => METRICS[version].get(name)?.group === 'base'));
}

/** The vector of these metrics, in the order of the specification. */
export function vectorOf(version: CvssVersion, metrics: Metrics): string {
  const items = [...METRICS[version].keys()].flatMap((name) => {
    const value = metrics.get(name);
    return value === undefined ? [] : [`${name}:${value}`];
  });
  return (version === '2.0' ? '' : `CVSS:${version}/`) + items.join('/');
}

/** The group of a metric that has this value in the version; undefined where the version has no such metric or value. */
export function groupOf(version: CvssVersion, name: string, value: string): MetricGroup | undefined {
  const metric = METRICS[version].get(name);
  return metric?.weights.has(value) === true ? metric.group : undefined;
}

/** The metrics without those of one group. */
export function withoutGroup(version: CvssVersion, metrics: Metrics, group: MetricGroup): Metrics {
  return new Map([...metrics].filter(([name]) => METRICS[version].get(name)?.group !== group));
}
