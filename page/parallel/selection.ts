/** Ranges on axes that trials must keep to: the view's own state, since no chart keeps it through a redraw or an address. */

export type Range = readonly [low: number, high: number];
/** By the key of an axis. */
export type Selection = ReadonlyMap<string, Range>;

/** `{"o0":[4.68,6]}`: five digits, so that an address stays short, and never a narrower range. */
export const selectionText = (selection: Selection): string =>
  selection.size === 0
    ? ''
    : JSON.stringify(
        Object.fromEntries(
          [...selection].map(([key, [low, high]]) => [key, [rounded(low, Math.floor), rounded(high, Math.ceil)]]),
        ),
      );

function rounded(value: number, to: (value: number) => number): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  const scale = 10 ** (4 - Math.floor(Math.log10(Math.abs(value))));
  // What has five digits already stays, whatever the product says in its last bit.
  const near = Math.round(value * scale) / scale;
  return near === value ? value : Number((to(value * scale) / scale).toPrecision(6));
}

/** Nothing for what is no selection. */
export function selectionFrom(text: string): Selection {
  try {
    const read: unknown = JSON.parse(text === '' ? '{}' : text);
    if (typeof read !== 'object' || read === null) return new Map();
    return new Map(Object.entries(read).flatMap(([key, range]) => (isRange(range) ? [[key, range] as const] : [])));
  } catch {
    return new Map();
  }
}

const isRange = (range: unknown): range is Range =>
  Array.isArray(range) && range.length === 2 && range.every(end => typeof end === 'number' && Number.isFinite(end));

/** What is not known keeps to no range. */
export const keepsTo = (selection: Selection, valueAt: (key: string) => number | null): boolean =>
  [...selection].every(([key, [low, high]]) => {
    const value = valueAt(key);
    return value !== null && value >= low && value <= high;
  });
