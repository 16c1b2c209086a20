import schema from './policy.schema.json' with { type: 'json' };

/** JSON Schema of policy files. */
export const policySchema: Readonly<Record<string, unknown>> = schema;

/** What `policy init` writes: a policy that extends the built-in one, with what is changed most often. */
export const policyTemplate = `# yaml-language-server: $schema=policy.schema.json
# For completion in editors: seaworthy policy schema > policy.schema.json
seaworthy: policy/1
name: our images
description: What we let into production, and why.

# A built-in policy by name, or a file: ./organisation.yaml. Later ones are lower; a lower file may only tighten a rule
# that the higher one does not call overridable.
extends: [default]

rules:
  # A flaw that is being exploited stops the image at once.
  - id: exploited-now
    when: { kev: true, fix: available }
    then: deny
    message: "{{finding.id}} in {{package.name}} is being exploited"
    remedy: upgrade {{package.name}} to {{finding.fixVersion}}

  # No worse than the last release; without a report of it, everything counts as new.
  # - id: no-worse
  #   when: { newSince: release, severity: { atLeast: high } }

  # Only licences that we know of.
  # - id: licences
  #   on: licence
  #   when: { not: { licenceWithin: [MIT, Apache-2.0, BSD-*, ISC] } }
  #   then: warn

  # Whatever the keys can't say, CEL can.
  # - id: likely-and-bad
  #   when: { cel: "finding.epss * finding.cvss > 5.0" }
  #   then: deny
  #   ifUnknown: warn

# What may be in spite of a rule, until a day. Every decision shows it.
exceptions: []
#  - vulnerability: CVE-2024-0001
#    package: { name: libexample, version: "< 2.0" }
#    reason: the function is not called
#    owner: platform team
#    expires: 2027-01-31
#    ticket: SEC-123

# Run with: seaworthy policy test FILE
tests:
  - name: an exploited flaw stops the image
    findings: [{ id: CVE-2024-0002, severity: high, kev: true, fix: available, fixVersion: "2.0", package: libexample 1.0 }]
    expect: { outcome: deny, messages: [is being exploited, upgrade libexample to 2.0] }
  - name: a high flaw without a fix does not
    image: { user: app, databaseBuilt: 2026-01-01, endOfLife: 2030-01-01 }
    findings: [{ id: CVE-2024-0003, severity: high, kev: false, fix: none, epss: 0.01, package: libexample 1.0 }]
    expect: allow
  - name: a new one with a fix is warned of, for 30 days
    today: 2026-01-20
    image: { user: app, databaseBuilt: 2026-01-19, endOfLife: 2030-01-01 }
    findings:
      - id: CVE-2026-0004
        severity: high
        kev: false
        fix: available
        published: 2026-01-10
        package: libexample 1.0
    expect: { outcome: warn, rules: [high-fixable] }
  - name: what was not assessed stops the image
    coverage: { complete: false, packages: 10, unassessed: 3 }
    expect: { outcome: deny, messages: ["3 of 10"] }
`;
