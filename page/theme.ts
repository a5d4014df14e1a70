/** Colours as the style sheet has them, for what is drawn on a canvas. Told apart without colour vision too (Okabe and Ito 2008). */

const names = {
  ink: '--ink',
  faint: '--faint',
  line: '--line',
  surface: '--surface',
  front: '--front',
  dense: '--dense',
  dominated: '--dominated',
  disturbed: '--disturbed',
  pick: '--pick',
  green: '--green',
  sky: '--sky',
  yellow: '--yellow',
  heatLow: '--heat-low',
  heatHigh: '--heat-high',
} as const;

export type Theme = Readonly<Record<keyof typeof names, string>> & {
  /** One after the other, for series that only have to differ. */
  readonly series: readonly string[];
};

const dark = matchMedia('(prefers-color-scheme: dark)');

export function currentTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const found = Object.fromEntries(
    Object.entries(names).map(([name, property]) => [name, style.getPropertyValue(property).trim()]),
  ) as Record<keyof typeof names, string>;
  const { front, dense, green, disturbed, sky, yellow, pick } = found;
  return { ...found, series: [front, dense, green, disturbed, sky, pick, yellow] };
}

export const onThemeChange = (changed: () => void, signal: AbortSignal): void =>
  dark.addEventListener('change', changed, { signal });
