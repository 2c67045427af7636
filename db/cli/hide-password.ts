/**
 * A URL, or pairs of keyword and value, as they may be shown: the password, if any, is replaced by stars. Where a URL is malformed
 * (an "@", "/" or "#" in the password that should have been encoded), rather too much is hidden.
 */
export function withoutPassword(url: string): string {
  return url
    .replace(/^([^:/?#]*:\/\/[^:@/?#]*):.*@/s, '$1:***@')
    .replace(/(password\s*=\s*)('(?:\\.|[^'\\])*'?|[^&#\s]*)/gi, '$1***');
}
