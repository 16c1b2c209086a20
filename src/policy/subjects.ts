import type { SubjectKind } from './condition.ts';
import type { Facts } from './facts.ts';
import type { Subject, SubjectRef } from './policy.ts';

/** Gives what a rule judges, each by itself; made once for all rules. */
export function subjectsOf(facts: Facts, now: number): (on: SubjectKind) => readonly Subject[] {
  const budget = { left: 1_000_000 + 1000 * (facts.findings.length + facts.packages.length) };
  const whole: Subject = { facts, now, budget };
  const made = new Map<SubjectKind, readonly Subject[]>();
  const make = (on: SubjectKind): readonly Subject[] => {
    if (on === 'image' || on === 'coverage') return [whole];
    if (on === 'problem') return facts.problems.map((problem) => ({ ...whole, problem }));
    if (on === 'package') return facts.packages.map((found) => ({ ...whole, package: found }));
    if (on === 'licence') {
      return facts.packages.flatMap((found) => {
        const stated = found.licences ?? [];
        const one: Subject = { ...whole, package: found };
        return stated.length === 0 ? [one] : [...new Set(stated)].map((licence) => ({ ...one, licence }));
      });
    }
    if (on === 'finding') return facts.findings.map((finding) => ({ facts, now, budget, finding }));
    return subjects('finding').filter(({ finding }) => finding?.kind === on);
  };
  const subjects = (on: SubjectKind): readonly Subject[] => {
    const known = made.get(on) ?? make(on);
    made.set(on, known);
    return known;
  };
  return subjects;
}

/** How a decision names what was judged. */
export function refOf(subject: Subject, on: SubjectKind): SubjectRef {
  const { finding, package: found, problem, licence, facts } = subject;
  if (finding !== undefined) {
    const where = finding.package?.name ?? finding.path;
    return {
      kind: 'finding',
      name: where === undefined ? finding.id : `${finding.id} ${where}`,
      finding: finding.id,
      ...(finding.package === undefined ? {} : { package: finding.package.id }),
      ...(finding.severity === undefined ? {} : { severity: finding.severity }),
    };
  }
  if (problem !== undefined) return { kind: 'problem', name: [problem.code, problem.path].filter(Boolean).join(' ') };
  if (found !== undefined) {
    const name = [found.name, found.version].filter(Boolean).join(' ');
    if (on === 'licence') return { kind: 'licence', name: `${name}: ${licence ?? 'unknown'}`, package: found.id };
    return { kind: 'package', name, package: found.id };
  }
  if (on === 'coverage') return { kind: 'coverage', name: 'coverage' };
  return { kind: 'image', name: facts.image.reference ?? 'image' };
}
