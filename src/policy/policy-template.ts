/** What `policy init` writes: a policy that extends the built-in one, with what is changed most often. */
export const policyTemplate = `# yaml-language-server: $schema=policy.schema.json
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

# Run with: seaworthy policy test
tests:
  - name: an exploited flaw stops the image
    findings: [{ id: CVE-2024-0002, severity: high, kev: true, fix: available, fixVersion: "2.0", package: libexample 1.0 }]
    expect: { outcome: deny, messages: [is being exploited] }
`;
