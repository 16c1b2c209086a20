/** A JSON object whose fields are not known to be there. */
export type Fields = Readonly<Record<string, unknown>>;

/** The value if it is an object, else one without fields. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** The value if it is an array, else an empty one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value if it is a text that is not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The texts of an array; others are passed over. */
export function textsOf(value: unknown): readonly string[] {
  return listOf(value).filter((one): one is string => typeof one === 'string' && one !== '');
}

/** The value if it is a whole number that can count bytes. */
export function sizeOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}

/** The texts of an object, by name. */
export function labelsOf(value: unknown): Readonly<Record<string, string>> {
  const labels = Object.entries(fieldsOf(value)).filter(
    (pair): pair is [string, string] => typeof pair[1] === 'string',
  );
  return Object.fromEntries(labels);
}

/** The value if it is a digest (`sha256:` and 64 hexadecimal digits). */
export function digestOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value) ? value : undefined;
}
