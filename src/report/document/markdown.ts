/** A document as Markdown (CommonMark with tables of GitHub). */
import { printable } from '../../errors/printable.ts';
import type { Block, Document, TableBlock } from './document.ts';

export const documentMarkdown = ({ title, subtitle, blocks }: Document): string =>
  `${[`# ${text(title)}`, text(subtitle), ...blocks.map(block)].join('\n\n')}\n`;

/** Characters that Markdown, or HTML in it, would take for its own. */
const text = (raw: string): string =>
  printable(raw)
    .replaceAll('\n', ' ')
    .replaceAll(/[\\`*_[\]<>|#~]/g, '\\$&')
    .replaceAll('&', '&amp;');

function block(each: Block): string {
  switch (each.kind) {
    case 'heading':
      return `## ${text(each.text)}`;
    case 'subheading':
      return `### ${text(each.text)}`;
    case 'lead':
      return `**${text(each.text)}**`;
    case 'paragraph':
      return text(each.text);
    case 'warning':
      return `> ${text(each.text)}`;
    case 'list':
      return each.items.map(item => `- ${text(item)}`).join('\n');
    case 'figures':
      return each.items.map(({ value, words }) => `- **${text(value)}** ${text(words)}`).join('\n');
    case 'table':
      return table(each);
    case 'facts':
      return each.rows.map(([name, value]) => `- ${text(name)}: ${text(value)}`).join('\n');
    case 'chart':
      return `${text(each.caption)} This command draws it:\n\n${code([each.command])}`;
    case 'commands':
      return code(each.lines);
    default:
      return each satisfies never;
  }
}

function table({ columns, rows, marked }: TableBlock): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(({ header }) => text(header))),
    line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...rows.map((row, at) =>
      line(row.map(cell => (marked.includes(at) && cell !== '' ? `**${text(cell)}**` : text(cell)))),
    ),
  ].join('\n');
}

/** A fence that is longer than any in the code. */
function code(lines: readonly string[]): string {
  const body = lines.map(line => printable(line).replaceAll('\n', ' ')).join('\n');
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}sh\n${body}\n${fence}`;
}
