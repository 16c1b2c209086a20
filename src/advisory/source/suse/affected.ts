import type { Affected } from '../../advisory.ts';
import { affectedIn, type StatedVersions, type Statement } from '../oval/oval.ts';
import { type SuseProduct, suseProducts } from './product.ts';

/** What SUSE builds for. */
const ARCHITECTURES: readonly string[] = ['aarch64', 'ppc64le', 's390x', 'x86_64'];

/** A statement on one package of one ecosystem. */
interface Stated extends StatedVersions {
  readonly architectures: string;
  readonly service: string | undefined;
}

interface Subject {
  readonly ecosystem: string;
  readonly package: string;
  readonly stated: Stated[];
}

/** What a definition says of packages of those ecosystems. */
export function affectedBy(statements: readonly Statement[], ecosystems: readonly string[]): readonly Affected[] {
  const subjects = new Map<string, Subject>();
  // Statements that stand together share the list of products that stands beside them.
  const known = new Map<Statement['when']['products'], readonly SuseProduct[]>();
  for (const statement of statements) {
    const { products: named } = statement.when;
    const products = known.get(named) ?? productsOf(named, ecosystems);
    known.set(named, products);
    for (const { ecosystem, service } of products) {
      const key = `${ecosystem}\n${statement.package}`;
      const subject = subjects.get(key) ?? { ecosystem, package: statement.package, stated: [] };
      subjects.set(key, subject);
      const { claim, when, architectures = [] } = statement;
      subject.stated.push({ claim, unclear: when.unclear, service, architectures: limiting(architectures) });
    }
  }
  return [...subjects.values()].flatMap(entriesOf);
}

/** Where no product is named the document's own are meant. */
function productsOf(products: Statement['when']['products'], ecosystems: readonly string[]): readonly SuseProduct[] {
  if (products === undefined) return ecosystems.map((ecosystem) => ({ ecosystem }));
  const seen = new Map(
    products
      .flatMap((product) => suseProducts(product, ecosystems))
      .map((one) => [`${one.ecosystem}\n${one.service ?? ''}`, one]),
  );
  return [...seen.values()];
}

/** A package that is the same for all architectures may be built for each one day. */
function limiting(architectures: readonly string[]): string {
  return architectures.every((one) => one === 'noarch') ? '' : architectures.join(' ');
}

function entriesOf({ ecosystem, package: name, stated }: Subject): readonly Affected[] {
  const chosen = chosenOf(stated);
  const byArchitecture = new Map<string, Stated[]>();
  for (const one of chosen) {
    const list = byArchitecture.get(one.architectures);
    if (list === undefined) byArchitecture.set(one.architectures, [one]);
    else list.push(one);
  }
  return [...byArchitecture].flatMap(([architectures, list]) => {
    const services = list.flatMap(({ service }) => service ?? []);
    // The one that most have, where several have it.
    const service = services.includes('LTSS') ? 'LTSS' : services[0];
    const qualifiers = {
      ...(architectures !== '' && { architectures: architectures.split(' ') }),
      ...(service !== undefined && { service }),
    };
    return affectedIn(
      {
        ecosystem,
        package: name,
        appliesTo: 'binary',
        ...(Object.keys(qualifiers).length > 0 && { qualifiers }),
      },
      list,
      'not-fixed',
    );
  });
}

/**
 * General support goes before the paid services that continue it with the same code; only where it says nothing of the package, or
 * no more than that it is affected, a fix of theirs counts. An image does not tell which of them it is entitled to. Within one of
 * them a fix goes before the mere word that a package is affected.
 */
function chosenOf(stated: readonly Stated[]): readonly Stated[] {
  const general = stated.filter(({ service }) => service === undefined);
  const paid = stated.filter(({ service }) => service !== undefined);
  const hasAnswer = general.some((one) => !isOpen(one));
  const fixes = paid.filter((one) => !isOpen(one) && one.claim?.kind !== 'never');
  if (general.length === 0) return withoutOpen(paid);
  return hasAnswer || fixes.length === 0 ? withoutOpen(general) : fixes;
}

/** A fix that is only for some architectures leaves the others affected. */
function withoutOpen(stated: readonly Stated[]): readonly Stated[] {
  const fixes = stated.filter(({ claim, unclear }) => claim?.kind === 'range' && claim.fixed && unclear === undefined);
  if (fixes.length === 0) return stated;
  const fixed = new Set(fixes.flatMap(({ architectures }) => architectures.split(' ')));
  const left = fixed.has('') ? [] : ARCHITECTURES.filter((one) => !fixed.has(one));
  return stated.flatMap((one) => {
    if (!isOpen(one)) return [one];
    return left.length > 0 && one.architectures === '' ? [{ ...one, architectures: left.join(' ') }] : [];
  });
}

/** Affected in every version, as far as is known. */
function isOpen({ claim, unclear }: Stated): boolean {
  return unclear === undefined && claim?.kind === 'range' && claim.fixed === undefined && claim.last === undefined;
}
