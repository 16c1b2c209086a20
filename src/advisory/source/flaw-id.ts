/** Whether a text is an identifier of the CVE programme: `CVE-2024-3094`. */
export function isCve(text: string): boolean {
  return /^CVE-[12]\d{3}-\d{4,19}$/.test(text);
}
