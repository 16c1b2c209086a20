/** One image of a list. */
export interface ListedImage {
  /** As `openImage` takes it. */
  readonly reference: string;
  /** Its other names, where the place tells. */
  readonly names?: readonly string[];
  /** Its identity, where the place tells: it is then opened only when it is scanned. */
  readonly digest?: string;
  /** What is there could not be listed. */
  readonly error?: unknown;
}
