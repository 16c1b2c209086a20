import { asArray, asObject, asText, DocumentError, entriesOf, readXml } from '../document.ts';

/** A dependency as a project's model writes it. */
export interface PomDependency {
  readonly group: string;
  readonly artifact: string;
  /** Empty when it is managed elsewhere. */
  readonly version: string;
  readonly scope: string;
  readonly type: string;
  readonly classifier: string;
  readonly optional: boolean;
}

/** A project's model (Maven 4.0.0 POM), with what its parent gives not filled in. */
export interface Pom {
  /** Of the parent when the project has none of its own. */
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
  readonly packaging: string;
  readonly parent?: {
    readonly group: string;
    readonly artifact: string;
    readonly version: string;
    /** Absent when the model does not say. */
    readonly relativePath?: string;
  };
  readonly properties: ReadonlyMap<string, string>;
  readonly dependencies: readonly PomDependency[];
  readonly managed: readonly PomDependency[];
  readonly licenses: readonly string[];
}

const maximumDependencies = 20_000;

/** Reads a project's model. Throws `DocumentError`. */
export function readPom(bytes: Uint8Array): Pom {
  const project = first(readXml(bytes)['project']);
  if (project === undefined) throw new DocumentError('corrupt', "A file is not the project's model that it should be");
  const parent = first(project['parent']);
  const relative = parent && childOf(parent, 'relativePath');
  return {
    group: textOf(project, 'groupId') || textOf(parent, 'groupId'),
    artifact: textOf(project, 'artifactId'),
    version: textOf(project, 'version') || textOf(parent, 'version'),
    packaging: textOf(project, 'packaging') || 'jar',
    ...(parent && {
      parent: {
        group: textOf(parent, 'groupId'),
        artifact: textOf(parent, 'artifactId'),
        version: textOf(parent, 'version'),
        ...(relative === undefined ? {} : { relativePath: relative }),
      },
    }),
    properties: new Map(
      entriesOf(first(project['properties'])).map(([key, value]) => [key, contentOf(asArray(value)?.at(-1)) ?? '']),
    ),
    dependencies: dependenciesOf(first(project['dependencies'])),
    managed: dependenciesOf(first(first(project['dependencyManagement'])?.['dependencies'])),
    licenses: (asArray(first(project['licenses'])?.['license']) ?? []).flatMap(
      (item) => textOf(asObject(item), 'name') || [],
    ),
  };
}

function dependenciesOf(list: Readonly<Record<string, unknown>> | undefined): PomDependency[] {
  const items = asArray(list?.['dependency']) ?? [];
  if (items.length > maximumDependencies) throw new DocumentError('too-large', 'A project has too many dependencies');
  return items.map((item) => {
    const dependency = asObject(item);
    return {
      group: textOf(dependency, 'groupId'),
      artifact: textOf(dependency, 'artifactId'),
      version: textOf(dependency, 'version'),
      scope: textOf(dependency, 'scope'),
      type: textOf(dependency, 'type') || 'jar',
      classifier: textOf(dependency, 'classifier'),
      optional: textOf(dependency, 'optional') === 'true',
    };
  });
}

function first(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return asObject(asArray(value)?.[0]);
}

function textOf(element: Readonly<Record<string, unknown>> | undefined, child: string): string {
  return childOf(element, child) ?? '';
}

function childOf(element: Readonly<Record<string, unknown>> | undefined, child: string): string | undefined {
  if (element === undefined || !Object.hasOwn(element, child)) return undefined;
  return contentOf(asArray(element[child])?.[0]);
}

/** The text of an element, whether it has attributes or not. */
function contentOf(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value : asText(asObject(value)?.['#text']);
  return text?.trim();
}
