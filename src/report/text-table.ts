/** Columns of text that line up in a terminal. */
import { oneLine } from '../errors/printable.ts';

export interface Column<Row> {
  readonly header: string;
  readonly align: 'left' | 'right';
  readonly cell: (row: Row) => string;
}

/** Header and one line per row, columns two spaces apart, no blanks at the ends of lines. */
export function textTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const cells = [
    columns.map(({ header }) => header),
    ...rows.map(row => columns.map(({ cell }) => oneLine(cell(row)))),
  ];
  const widths = columns.map((_, index) => Math.max(...cells.map(line => line[index]?.length ?? 0)));
  return cells.map(line =>
    line
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        return columns[index]?.align === 'right' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

/** `text` cut to `width` characters, its middle left out: the ends of a site's name tell most. */
export function clipped(text: string, width: number): string {
  if (text.length <= width) return text;
  const head = Math.ceil((width - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (width - 1 - head))}`;
}

/** A sentence over as many lines as it needs, broken between words; as it is without a width. */
export function wrapped(text: string, columns: number | null): string {
  if (columns === null) return text;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}

/** Lines of text as a block; what is in a line cannot break it. */
export const joinLines = (lines: readonly string[]): string => lines.map(oneLine).join('\n');
