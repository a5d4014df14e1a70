/** Numbers with their units, for people: three significant digits, and the unit that keeps them short. */

/** `0.123 ms`, `4.56 ms`, `78.9 ms`, `1234 ms`. */
export const formatMs = (valueMs: number): string => (Number.isFinite(valueMs) ? `${significant(valueMs)} ms` : '-');

/** `4.56 J`, `78.9 mJ`. */
export const formatJoules = (joules: number): string => {
  if (!Number.isFinite(joules)) return '-';
  return joules < 1 ? `${significant(1000 * joules)} mJ` : `${significant(joules)} J`;
};

/** Multiply-accumulates: `640 MACs`, `12.3 kMACs`, `41.6 MMACs`, `1.82 GMACs`. */
export function formatMacs(macs: number): string {
  const [divisor, prefix] = prefixOf(macs);
  return `${significant(macs / divisor)} ${prefix}MACs`;
}

/** A count of parameters or the like: `640`, `12.3 k`, `11.7 M`. */
export function formatCount(count: number): string {
  const [divisor, prefix] = prefixOf(count);
  return prefix === '' ? significant(count) : `${significant(count / divisor)} ${prefix}`;
}

/** A fraction as a percentage: 0.9173 is `91.73 %`. */
export const formatPercent = (fraction: number, digits = 2): string =>
  Number.isFinite(fraction) ? `${positiveZero((100 * fraction).toFixed(digits))} %` : '-';

/** A difference of two fractions in percentage points, with its sign: -0.0123 is `-1.23 pp`, 0 is `0.00 pp`. */
export function formatPoints(difference: number, digits = 2): string {
  if (!Number.isFinite(difference)) return '-';
  const text = positiveZero((100 * difference).toFixed(digits));
  return `${Number(text) > 0 ? '+' : ''}${text} pp`;
}

/** A speed-up over the dense model: `1.41x`. */
export const formatSpeedup = (ratio: number): string => (Number.isFinite(ratio) ? `${ratio.toFixed(2)}x` : '-');

/** Three significant digits; whole numbers beyond. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (value === 0) return '0';
  if (Number.isInteger(value) && Math.abs(value) < 1000) return String(value);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(Number(value.toPrecision(3))))));
  return value.toFixed(Math.min(digits, 20));
}

function prefixOf(count: number): readonly [divisor: number, prefix: string] {
  const size = Math.abs(count);
  if (size >= 999.5e9) return [1e12, 'T'];
  if (size >= 999.5e6) return [1e9, 'G'];
  if (size >= 999.5e3) return [1e6, 'M'];
  return size >= 999.5 ? [1e3, 'k'] : [1, ''];
}

const positiveZero = (text: string): string => (/^-0(\.0*)?$/.test(text) ? text.slice(1) : text);
