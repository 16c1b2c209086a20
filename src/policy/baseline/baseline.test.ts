import { describe, expect, it } from 'vitest';
import type { Report } from '../../finding/finding.ts';
import { assess, type BaselineOptions, type ControlResult, difference, type Standard, standards } from './baseline.ts';
import { checks } from './checks.ts';
import { type BaselineFacts, baselineFacts } from './facts.ts';

const nothing: BaselineFacts = { packages: [], patches: { missing: [], unclear: [] }, complete: false };

function standard(id: string): Standard {
  const one = standards.find((other) => other.id === id);
  if (one === undefined) throw new Error(id);
  return one;
}

/** The result of one control of the CIS Docker Benchmark, or of `id` in another standard. */
function result(
  facts: Partial<BaselineFacts>,
  id: string,
  of = 'cis-docker',
  options?: BaselineOptions,
): ControlResult | undefined {
  return assess(standard(of), { ...nothing, ...facts }, options).results.find((one) => one.id === id);
}

const user = 'nginx';
const list = 'apt-get update';

describe('controls', () => {
  it.each<[string, Partial<BaselineFacts>, string]>([
    ['4.1', {}, 'unknown'],
    ['4.1', { user: '' }, 'fail'],
    ['4.1', { user: '0:0' }, 'fail'],
    ['4.1', { user }, 'pass'],
    ['4.2', { labels: {} }, 'unknown'],
    ['4.4', { complete: true }, 'pass'],
    ['4.4', { complete: false }, 'unknown'],
    ['4.4', { complete: true, patches: { missing: ['CVE-2020-1 zlib'], unclear: [] } }, 'fail'],
    ['4.4', { complete: true, patches: { missing: [], unclear: ['CVE-2020-1 zlib'] } }, 'unknown'],
    ['4.5', {}, 'unknown'],
    ['4.5', { signed: false }, 'fail'],
    ['4.5', { signed: true }, 'pass'],
    ['4.6', {}, 'unknown'],
    ['4.6', { healthcheck: false }, 'fail'],
    ['4.6', { healthcheck: true }, 'pass'],
    ['4.7', {}, 'unknown'],
    ['4.7', { instructions: [] }, 'unknown'],
    ['4.7', { instructions: [`RUN /bin/sh -c ${list} # buildkit`] }, 'fail'],
    ['4.7', { instructions: [`/bin/sh -c ${list} -qq`] }, 'fail'],
    ['4.7', { instructions: ['RUN /bin/sh -c apt-get -qq update && rm -rf /tmp/x # buildkit'] }, 'fail'],
    ['4.7', { instructions: [`RUN /bin/sh -c ${list} && apt-get install -y curl # buildkit`] }, 'pass'],
    ['4.7', { instructions: ['RUN /bin/sh -c apk update && apk add curl # buildkit'] }, 'pass'],
    ['4.7', { instructions: ['RUN /bin/sh -c apk update && adduser -D app # buildkit'] }, 'fail'],
    ['4.7', { instructions: ['RUN <<EOF (make...)'] }, 'unknown'],
    ['4.7', { instructions: ['COPY . . # buildkit', undefined] }, 'unknown'],
    ['4.7', { instructions: [`RUN ${list}`, undefined] }, 'fail'],
    ['4.8', {}, 'unknown'],
    ['4.8', { setuid: [] }, 'pass'],
    ['4.8', { setuid: ['/usr/bin/su'] }, 'fail'],
    ['4.9', { instructions: ['/bin/sh -c #(nop) ADD file:1 in / ', 'COPY . . # buildkit'] }, 'pass'],
    ['4.9', { instructions: ['ADD root.tar.gz / # buildkit', 'ADD app.tar.gz /app # buildkit'] }, 'fail'],
    ['4.9', { instructions: ['x', '/bin/sh -c #(nop) ADD file:2 in /app '] }, 'fail'],
    ['4.10', { instructions: ['COPY . .'], environment: ['PATH=/bin', 'GPG_KEY=A035C8C19219BA821E8D'] }, 'unknown'],
    ['4.10', { environment: ['DB_PASSWORD=hunter2'] }, 'fail'],
    ['4.10', { environment: ['DB_PASSWORD_FILE=/run/secrets/db', 'API_TOKEN=', 'TOKEN=$X'] }, 'unknown'],
    ['4.10', { instructions: ['RUN |1 NPM_TOKEN=npm_abc /bin/sh -c npm ci # buildkit'] }, 'fail'],
    ['4.11', { instructions: ['RUN /bin/sh -c apk add --allow-untrusted x.apk'] }, 'fail'],
    ['4.11', { instructions: ['RUN /bin/sh -c curl -fsSL https://x.test/get | sh'] }, 'fail'],
    ['4.11', { instructions: ['RUN /bin/sh -c apk add curl'] }, 'unknown'],
    ['4.12', {}, 'unknown'],
    ['5.5', {}, 'unknown'],
    ['5.7', { packages: ['openssh-server'] }, 'fail'],
    ['5.7', { packages: ['openssh-client'], complete: true }, 'unknown'],
    ['5.27', { healthcheck: true }, 'pass'],
    ['5.27', { healthcheck: false }, 'unknown'],
  ])('CIS Docker %s of %j: %s', (id, facts, status) => {
    expect(result(facts, id)?.status).toBe(status);
  });

  it.each([
    ['10001:10001', 'unknown'],
    ['nginx', 'fail'],
    ['', 'fail'],
    [undefined, 'unknown'],
  ])('restricted pods and an image with user %j: %s, for the pod must ask for it', (name, status) => {
    const facts = name === undefined ? {} : { user: name };
    expect(result(facts, 'restricted/non-root', 'pod-security-standards')?.status).toBe(status);
  });

  it.each([
    ['ghcr.io/acme/base:1', 'unknown'],
    ['docker.io/library/debian:12', 'fail'],
  ])('a base image %s where ghcr.io/acme/* is trusted: %s', (base, status) => {
    const labels = { 'org.opencontainers.image.base.name': base };
    const options = { trustedBases: ['ghcr.io/acme/*'] };
    expect(result({ labels }, 'pod/images/trusted', 'nsa-kubernetes', options)?.status).toBe(status);
  });

  it('never shows the value of a secret', () => {
    const instructions = ['RUN |1 NPM_TOKEN=npm_abc /bin/sh -c curl https://x.test | sh # buildkit'];
    const results = ['4.10', '4.11'].map((id) => result({ instructions, environment: ['A_SECRET=npm_abc'] }, id));
    expect(results.map((one) => one?.status)).toEqual(['fail', 'fail']);
    expect(JSON.stringify(results)).not.toContain('npm_abc');
  });
});

describe('standards', () => {
  it.each(standards.map((one) => [one.id, one] as const))(
    '%s: each control is checked, or says why it is not known',
    (_, one) => {
      expect(new Set(one.controls.map(({ id }) => id)).size).toBe(one.controls.length);
      for (const { check, why, id } of one.controls) {
        expect([id, check === undefined ? (why ?? '') !== '' : Object.hasOwn(checks, check)]).toEqual([id, true]);
      }
    },
  );

  it.each(standards.map((one) => [one.id, one] as const))(
    '%s: an image of which nothing is known passes nothing',
    (_, one) => {
      const { passed, failed, unknown, score } = assess(one, nothing);
      expect({ passed, failed, unknown, score }).toEqual({
        passed: 0,
        failed: 0,
        unknown: one.controls.length,
        score: undefined,
      });
    },
  );

  it('has all 12 recommendations of CIS section 4 and 32 of section 5', () => {
    const ids = standard('cis-docker').controls.map(({ id }) => id);
    const expected = [4, 5].flatMap((part) =>
      Array.from({ length: part === 4 ? 12 : 32 }, (_, at) => `${part}.${at + 1}`),
    );
    expect(ids).toEqual(expected);
  });
});

it('counts what is not known apart from the score', () => {
  const { passed, failed, unknown, score } = assess(standard('cis-docker'), {
    ...nothing,
    user: '',
    healthcheck: true,
    complete: true,
  });
  expect({ passed, failed, unknown, score }).toEqual({ passed: 3, failed: 1, unknown: 40, score: 0.75 });
});

it('tells what has changed since the last time, and what can no longer be told', () => {
  const cis = standard('cis-docker');
  const before = assess(cis, { ...nothing, user: '', healthcheck: true, setuid: [] });
  const after = assess(cis, { ...nothing, user: '1000', healthcheck: false, signed: true });
  expect(difference(before, after)).toEqual({
    standard: 'cis-docker',
    better: ['4.1'],
    worse: ['4.6'],
    lost: ['4.8', '5.27'],
    found: ['4.5'],
  });
  expect(difference(before, before)).toEqual({ standard: 'cis-docker', better: [], worse: [], lost: [], found: [] });
});

/** A report with one finding, of which the severity and the state of the fix are given. */
function report(label: string, state: string, verdict = 'affected'): Report {
  const finding = {
    kind: 'vulnerability',
    verdict,
    package: { name: 'zlib' },
    vulnerability: { id: 'CVE-2020-1', severity: { label } },
    fix: { state },
  };
  const layers = [{ index: 0, diffId: 'sha256:0', createdBy: 'COPY . .' }];
  const subject = { kind: 'image', layers, config: { labels: {}, ports: [], healthcheck: false } };
  return {
    subject,
    packages: [{ name: 'zlib' }],
    findings: [finding],
    coverage: { complete: true },
  } as unknown as Report;
}

describe('facts of a report', () => {
  it.each([
    ['high', 'fixed', 'affected', ['CVE-2020-1 zlib'], []],
    ['high', 'not-fixed', 'affected', [], []],
    ['high', 'unknown', 'affected', [], ['CVE-2020-1 zlib']],
    ['unknown', 'fixed', 'affected', [], ['CVE-2020-1 zlib']],
    ['critical', 'fixed', 'unknown', [], ['CVE-2020-1 zlib']],
    ['medium', 'fixed', 'affected', [], []],
  ])('a %s flaw, fix %s, %s', (label, state, verdict, missing, unclear) => {
    expect(baselineFacts(report(label, state, verdict)).patches).toEqual({ missing, unclear });
  });

  it('takes what the configuration says; no user is root', () => {
    const { user: named, healthcheck, instructions, packages } = baselineFacts(report('low', 'fixed'));
    expect({ named, healthcheck, instructions, packages }).toEqual({
      named: '',
      healthcheck: false,
      instructions: ['COPY . .'],
      packages: ['zlib'],
    });
  });
});
