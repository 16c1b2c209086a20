const userInfo = /(?<=:\/\/)[^\s/?#]*@/g;
const secretParameter =
  /([?&](?:[a-z_-]*(?:token|secret|password|passwd|signature|[_-]key|apikey|credential)|sig|key|auth)=)[^&\s#]+/gi;

/** Hides user, password and secret query parameters in every address that a text holds. */
export function redact(text: string): string {
  return text.replace(userInfo, '***@').replace(secretParameter, '$1***');
}
