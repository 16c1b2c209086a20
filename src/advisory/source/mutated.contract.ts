import { type Arbitrary, jsonValue, nat } from 'fast-check';

/** The record with one of its values, at any depth, replaced by any other. */
export function mutated(record: unknown): Arbitrary<unknown> {
  const paths = pathsIn(record, []);
  return nat(paths.length - 1).chain((index) =>
    jsonValue().map((value) => {
      const copy: unknown = structuredClone(record);
      return put(copy, paths[index] ?? [], value);
    }),
  );
}

function pathsIn(value: unknown, path: readonly string[]): string[][] {
  const inner =
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, member]) => pathsIn(member, [...path, key]))
      : [];
  return [[...path], ...inner];
}

function put(target: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  if (typeof target !== 'object' || target === null) return target;
  const member: unknown = Reflect.get(target, key);
  Reflect.set(target, key, rest.length === 0 ? value : put(member, rest, value));
  return target;
}
