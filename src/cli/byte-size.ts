/** Sizes as people write them: 8GB, 500 MB, 1.5GiB. */
import { UserError } from '../errors/user-error.ts';

const units: Readonly<Record<string, number>> = {
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** @param name the option, for the error */
export function parseByteSize(text: string, name: string): number {
  const [, number, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]+)\s*$/.exec(text) ?? [];
  const bytes = Math.round(Number(number) * (units[unit.toLowerCase()] ?? Number.NaN));
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw new UserError(
    `Cannot read ${name}: expected a size such as 8GB, 500MB or 1.5GiB, found ${JSON.stringify(text)}.`,
    'Write a number above 0 and its unit.',
  );
}
