/** An address as a report may show it: without the user name and password that some lock files keep in it. */
export function shownOrigin(address: string): string {
  return address.replace(/^([a-z][a-z\d+.-]*:\/\/)[^/?#]*@/i, '$1');
}
