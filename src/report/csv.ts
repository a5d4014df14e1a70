/** Comma-separated values after RFC 4180: CRLF, fields quoted where they must be. */

export const csv = (rows: readonly (readonly (string | number | boolean)[])[]): string =>
  rows.map(row => `${row.map(value => field(String(value))).join(',')}\r\n`).join('');

/** Section 2, rules 5 to 7: a field with a comma, a quote or a line break is quoted, and its quotes are doubled. */
const field = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
