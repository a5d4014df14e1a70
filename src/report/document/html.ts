/** A document as one HTML file: it loads nothing, runs nothing, and looks right on paper, on a phone, and in the dark. */
import { printable } from '../../errors/printable.ts';
import type { Block, Document, TableBlock } from './document.ts';
import { style } from './style.ts';

export const documentHtml = ({ title, subtitle, blocks }: Document): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${text(title)}</title>
<style>
${style}
</style>
</head>
<body>
<main>
<header>
<h1>${text(title)}</h1>
<p class="subtitle">${text(subtitle)}</p>
</header>
${sections(blocks)}
</main>
</body>
</html>
`;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const text = (raw: string): string => printable(raw).replaceAll(/[&<>"']/g, found => entities[found] ?? '');

/** What follows a heading is one section with it, so that paper breaks between them. */
function sections(blocks: readonly Block[]): string {
  const groups: string[][] = [];
  for (const each of blocks) {
    if (each.kind === 'heading' || groups.length === 0) groups.push([]);
    groups.at(-1)?.push(block(each));
  }
  return groups.map(lines => `<section>\n${lines.join('\n')}\n</section>`).join('\n');
}

function block(each: Block): string {
  switch (each.kind) {
    case 'heading':
      return `<h2>${text(each.text)}</h2>`;
    case 'subheading':
      return `<h3>${text(each.text)}</h3>`;
    case 'lead':
      return `<p class="lead">${text(each.text)}</p>`;
    case 'paragraph':
      return `<p>${text(each.text)}</p>`;
    case 'warning':
      return `<p class="warning" role="note">${text(each.text)}</p>`;
    case 'list':
      return `<ul>${each.items.map(item => `<li>${text(item)}</li>`).join('')}</ul>`;
    case 'figures':
      return `<ul class="figures">${each.items
        .map(({ value, words }) => `<li><b>${text(value)}</b> <span>${text(words)}</span></li>`)
        .join('')}</ul>`;
    case 'table':
      return table(each);
    case 'facts':
      return `<dl>${each.rows.map(([name, value]) => `<dt>${text(name)}</dt><dd>${text(value)}</dd>`).join('')}</dl>`;
    case 'chart':
      // The picture escapes its own text (`report/chart/svg.ts`).
      return `<figure>${each.svg}<figcaption>${text(each.caption)}</figcaption></figure>`;
    case 'commands':
      return `<pre tabindex="0"><code>${each.lines.map(text).join('\n')}</code></pre>`;
    default:
      return each satisfies never;
  }
}

function table({ columns, rows, marked }: TableBlock): string {
  const cell = (tag: 'td' | 'th', value: string, align: 'left' | 'right', scope = ''): string =>
    `<${tag}${scope}${align === 'right' ? ' class="right"' : ''}>${text(value)}</${tag}>`;
  const head = columns.map(({ header, align }) => cell('th', header, align, ' scope="col"')).join('');
  const body = rows.map((row, at) => {
    const cells = row.map((value, place) => cell('td', value, columns[place]?.align ?? 'left')).join('');
    return `<tr${marked.includes(at) ? ' class="marked"' : ''}>${cells}</tr>`;
  });
  return `<div class="wide" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}
