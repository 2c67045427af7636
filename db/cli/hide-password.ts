/**
 * A URL as it may be shown: its password, if any, is replaced by stars. Where the URL is malformed
 * (an "@", "/" or "#" in the password that should have been encoded), rather too much is hidden.
 */
export function withoutPassword(url: string): string {
  return url
    .replace(/^([^:/?#]*:\/\/[^:@/?#]*):.*@/s, '$1:***@')
    .replace(/(password=)[^&#\s]*/gi, '$1***');
}
