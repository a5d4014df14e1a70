/** Text as the programs of this world save it. */

/**
 * UTF-8, or UTF-16 where a byte order mark says so or every other of the first bytes is zero. Bytes that are no UTF-8 are read
 * as Windows-1252, in which spreadsheets save. A mark is left out. Where lines end in CR alone, they end in LF.
 */
export function textOf(bytes: Uint8Array): string {
  const text = decoded(bytes);
  return text.includes('\n') ? text : text.replaceAll('\r', '\n');
}

function decoded(bytes: Uint8Array): string {
  const encoding = utf16Of(bytes);
  if (encoding) return new TextDecoder(encoding).decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function utf16Of([a, b, c, d]: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (a && b === 0 && c && d === 0) return 'utf-16le';
  if (a === 0 && b && c === 0 && d) return 'utf-16be';
  return null;
}

/** Whatever ends them. */
export const linesOf = (text: string): string[] => text.split(/\r\n|\r|\n/);
