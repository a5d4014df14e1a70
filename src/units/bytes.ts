/** Sizes of files and memory as people write them: `8MB`, `64 MiB`, or `50%` of something. */
import { UserError } from '../errors/user-error.ts';

/** Decimal units are powers of 1000 and binary ones of 1024 (IEC 80000-13). */
const units: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

/**
 * Bytes of a text such as `8MB` (8,000,000), `64MiB` or `512 B`; more than none.
 *
 * @param name what the text is called in an error, such as `--max-size`
 * @throws UserError for anything else, also for a number without a unit
 */
export function parseBytes(text: string, name = 'the size'): number {
  const [, count, unit] = /^(\d+(?:\.\d*)?|\.\d+)\s*([kmg]?i?b)$/.exec(text.trim().toLowerCase()) ?? [];
  const bytes = Math.round(Number(count) * (units[unit ?? ''] ?? Number.NaN));
  if (bytes > 0 && Number.isSafeInteger(bytes)) return bytes;
  throw new UserError(
    `Cannot read ${name}: expected a size such as 8MB, 512kB or 64MiB, or a share such as 50%, found ${JSON.stringify(text)}.`,
    wayOut(text.trim()),
  );
}

function wayOut(text: string): string {
  if (text.startsWith('-')) return 'Leave out the minus.';
  if (/^0*\.?0*\s*[a-z]*$/i.test(text) && text.includes('0')) return 'Nothing is that small: give a size above 0.';
  if (/^\d+(\.\d+)?$/.test(text)) return `Add the unit: ${text}MB, say.`;
  return 'Write a number and one of B, kB, MB, GB, KiB, MiB, GiB or %.';
}

/** Whether it is meant as a share of something: `50%`. */
export const isShare = (text: string): boolean => text.trim().endsWith('%');

/**
 * A share of a text such as `50%` (0.5); more than none.
 *
 * @param name what the text is called in an error, such as `--max-size`
 * @throws UserError for anything else
 */
export function parseShare(text: string, name = 'the share'): number {
  const [, count] = /^(\d+(?:\.\d*)?|\.\d+)\s*%$/.exec(text.trim()) ?? [];
  const share = Number(count) / 100;
  if (share > 0 && Number.isFinite(share)) return share;
  throw new UserError(
    `Cannot read ${name}: expected a share above 0% such as 50%, found ${JSON.stringify(text)}.`,
    'Write a number and %: 50% is half of what the dense model has.',
  );
}

/** `640 B`, `12.3 kB`, `7.91 MB`: powers of 1000, three digits. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return '-';
  if (bytes < 999.5) return `${Math.round(bytes)} B`;
  const [divisor, unit] = bytes < 999.5e3 ? [1e3, 'kB'] : bytes < 999.5e6 ? [1e6, 'MB'] : [1e9, 'GB'];
  const value = bytes / divisor;
  return `${value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)} ${unit}`;
}
