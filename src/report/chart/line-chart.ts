/** One series as a chart of characters. */

export interface ChartSize {
  readonly columns: number;
  readonly rows: number;
}

const eighths = ' ▁▂▃▄▅▆▇█';

/**
 * Columns of eighths of a character, the least value at the bottom (never above a tenth of the greatest); the y axis at the left,
 * the first and the last index below. Empty for an empty series.
 */
export function lineChart(values: readonly number[], { columns, rows }: ChartSize): string[] {
  if (values.length === 0) return [];
  const top = Math.max(...values);
  const bottom = Math.min(...values.slice(Math.floor(values.length / 20)), top);
  const base = top > bottom ? bottom - 0.05 * (top - bottom) : bottom - 1;
  const width = Math.min(columns, Math.max(values.length, 2));
  const heights = Array.from({ length: width }, (_, c) => {
    const at = Math.round((c * (values.length - 1)) / Math.max(1, width - 1));
    return Math.max(0, ((values[at] ?? base) - base) / (top - base)) * rows * 8;
  });
  const labels = [top.toPrecision(4), bottom.toPrecision(4)];
  const margin = Math.max(...labels.map(({ length }) => length));
  const lines = Array.from({ length: rows }, (_, row) => {
    const label = row === 0 ? labels[0] : row === rows - 1 ? labels[1] : '';
    const cells = heights.map(height => eighths[Math.min(8, Math.max(0, Math.round(height - 8 * (rows - 1 - row))))]);
    return `${(label ?? '').padStart(margin)} │${cells.join('')}`.trimEnd();
  });
  const end = String(values.length - 1);
  return [
    ...lines,
    `${''.padStart(margin)} └${'─'.repeat(width)}`,
    `${''.padStart(margin)}  0${end.padStart(Math.max(end.length + 1, width - 1))}`,
  ];
}
