/** Ranges on axes that trials must keep to: the view's own state, since no chart keeps it through a redraw or an address. */

export type Range = readonly [low: number, high: number];
/** By the key of an axis. */
export type Selection = ReadonlyMap<string, Range>;

/** `{"site 3":[0,2]}`, rounded so that an address stays short. */
export const selectionText = (selection: Selection): string =>
  selection.size === 0
    ? ''
    : JSON.stringify(Object.fromEntries([...selection].map(([key, range]) => [key, range.map(shortened)])));

const shortened = (value: number): number => Number(value.toPrecision(5));

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
