import { asObject, asText } from '../document.ts';

/** The member when it is a text. */
export function optional<K extends string>(key: K, value: unknown): Partial<Record<K, string>> {
  const text = asText(value);
  return text === undefined ? {} : ({ [key]: text } as Record<K, string>);
}

/** The objects of a list; nothing where it is none. */
export function objectsIn(list: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (!Array.isArray(list)) return [];
  const objects: Readonly<Record<string, unknown>>[] = [];
  for (const one of list as readonly unknown[]) {
    const fields = asObject(one);
    if (fields !== undefined) objects.push(fields);
  }
  return objects;
}

/** The texts of a list; nothing where it is none. */
export function textsIn(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.filter((one): one is string => typeof one === 'string' && one !== '') : [];
}

/** Addresses of `references`. */
export function urlsOf(list: unknown): readonly string[] {
  return objectsIn(list).flatMap(({ url }) => (typeof url === 'string' && /^https?:/.test(url) ? [url] : []));
}
