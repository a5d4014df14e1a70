/** The same document as HTML and as Markdown. */
import { expect, test } from 'vitest';
import type { Block, Document } from '../../../src/report/document/document.ts';
import { documentHtml } from '../../../src/report/document/html.ts';
import { documentMarkdown } from '../../../src/report/document/markdown.ts';

const evil = `<script>alert(1)</script> & "q" 'a' \`b\` | *c* [d](e)\u202e`;

const blocks: readonly Block[] = [
  { kind: 'heading', text: evil },
  { kind: 'subheading', text: evil },
  { kind: 'lead', text: evil },
  { kind: 'paragraph', text: evil },
  { kind: 'warning', text: evil },
  { kind: 'list', items: [evil] },
  { kind: 'figures', items: [{ value: evil, words: evil }] },
  {
    kind: 'table',
    columns: [
      { header: evil, align: 'left' },
      { header: 'n', align: 'right' },
    ],
    rows: [[evil, '1']],
    marked: [0],
  },
  { kind: 'facts', rows: [[evil, evil]] },
  { kind: 'chart', svg: '<svg></svg>', caption: evil, command: evil },
  { kind: 'commands', lines: [evil] },
];
const document: Document = { title: evil, subtitle: evil, blocks };

test('text is text in HTML, wherever it stands, and nothing is loaded or run', () => {
  const html = documentHtml(document);
  const tags = [...html.matchAll(/<\/?([a-z0-9]+)/g)].map(([, tag]) => tag);
  expect(tags).not.toContain('script');
  expect(html.split('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;q&quot; &#39;a&#39;')).toHaveLength(18);
  expect(html).not.toMatch(/\bsrc=|\bhref=|url\(|@import|\u202e/);
  expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  // Each tag that is opened is closed, in order.
  const open: string[] = [];
  for (const [, slash, tag = ''] of html.matchAll(/<(\/?)([a-z0-9]+)[^>]*>/g)) {
    if (tag === 'meta') continue;
    if (slash) expect(open.pop()).toBe(tag);
    else open.push(tag);
  }
  expect(open).toEqual([]);
});

test('text is text in Markdown, and a table keeps its columns', () => {
  const markdown = documentMarkdown(document);
  const outside = markdown.replaceAll(/^(`{3,})sh\n[\s\S]*?\n\1$/gm, '');
  expect(outside).not.toMatch(/(?<!\\)<script/);
  expect(outside).not.toMatch(/(?<!\\)\[d\]/);
  expect(outside).not.toContain('\u202e');
  const row = markdown.split('\n').filter(line => line.startsWith('| '));
  expect(row.map(line => line.split(/(?<!\\)\|/).length)).toEqual([4, 4, 4]);
  // What is code is as it is, in a fence that it cannot leave.
  expect(documentMarkdown({ ...document, blocks: [{ kind: 'commands', lines: ['a ```` b'] }] })).toContain(
    '`````sh\na ```` b\n`````',
  );
});
