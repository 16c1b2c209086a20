import { endOfDay } from './days.ts';
import { decide } from './decide.ts';
import type { Facts, FindingFacts, ImageFacts, PackageFacts, ProblemFacts } from './facts.ts';
import type { CaseFacts, Decision, Outcome, Policy, PolicyCase } from './policy.ts';

/** How a test of a policy went: it passed where `wrong` is empty. */
export interface CaseResult {
  readonly name: string;
  /** What came otherwise than expected, each in a sentence. */
  readonly wrong: readonly string[];
  readonly decision: Decision;
}

/** Runs the tests that stand in a policy's own file, or others. */
export function testPolicy(policy: Policy, cases: readonly PolicyCase[] = policy.tests): readonly CaseResult[] {
  return cases.map((one) => {
    const today = endOfDay(one.today ?? '2026-01-01') ?? 0;
    const decision = decide(policy, caseFacts(one), today - 43_200_000 + 1);
    return { name: one.name, wrong: differences(one.expect, decision), decision };
  });
}

/** The facts of a test: whatever it does not give is unknown, except that coverage is complete. */
export function caseFacts({ image = {}, findings = [], packages = [], problems = [], coverage }: PolicyCase): Facts {
  return {
    image: imageOf(image),
    findings: findings.map(findingOf),
    packages: packages.map((one) => packageOf(one)),
    coverage: coverage ?? { complete: true, packages: packages.length, unassessed: 0, settled: 0 },
    problems: problems.map((one) => ({ message: String(one['code']), lossy: false, ...one }) as ProblemFacts),
  };
}

function differences(expect: PolicyCase['expect'], { outcome, reasons }: Decision): readonly string[] {
  const wanted: {
    readonly outcome: Outcome;
    readonly rules?: readonly string[];
    readonly messages?: readonly string[];
  } = typeof expect === 'string' ? { outcome: expect } : expect;
  const wrong = outcome === wanted.outcome ? [] : [`outcome is ${outcome}, not ${wanted.outcome}`];
  const rules = [...new Set(reasons.map(({ rule }) => rule))].toSorted();
  if (wanted.rules !== undefined && rules.join() !== [...new Set(wanted.rules)].toSorted().join()) {
    wrong.push(`rules that apply are ${rules.join(', ') || 'none'}, not ${wanted.rules.join(', ') || 'none'}`);
  }
  const texts = reasons.flatMap(({ message, remedy }) => [message, remedy]);
  for (const text of wanted.messages ?? []) {
    if (!texts.some((one) => one.includes(text))) wrong.push(`nothing says ${JSON.stringify(text)}`);
  }
  return wrong;
}

function findingOf(given: CaseFacts): FindingFacts {
  const { package: where, ...facts } = given;
  const usual = { kind: 'vulnerability', aliases: [], verdict: 'affected', disputed: false };
  const most = { ...mostOf('riskMost', given['risk']), ...mostOf('hazardMost', given['hazard']) };
  const finding = { ...usual, ...most, ...(facts as Partial<FindingFacts> & Pick<FindingFacts, 'id'>) } as FindingFacts;
  return where === undefined ? finding : { ...finding, package: packageOf(where as string | CaseFacts) };
}

/** A number in a test is meant as it stands. */
function mostOf(name: string, value: unknown): CaseFacts {
  return value === undefined ? {} : { [name]: value };
}

function packageOf(given: string | CaseFacts): PackageFacts {
  const [name = '', version] = typeof given === 'string' ? given.split(' ', 2) : [String(given['name'])];
  const facts = typeof given === 'string' ? { name, ...(version === undefined ? {} : { version }) } : given;
  return { id: [name, facts['version']].filter(Boolean).join('@'), source: name, ...facts } as unknown as PackageFacts;
}

function imageOf({ base, baseDigest, distribution, ...given }: CaseFacts): ImageFacts {
  const [id, version] = typeof distribution === 'string' ? distribution.split(':', 2) : [];
  return {
    ...given,
    ...(base === undefined && baseDigest === undefined
      ? {}
      : {
          base: {
            ...(base === undefined ? {} : { name: base }),
            ...(baseDigest === undefined ? {} : { digest: baseDigest }),
          },
        }),
    ...(id === undefined ? {} : { distribution: { id, ...(version === undefined ? {} : { version }) } }),
  } as ImageFacts;
}
