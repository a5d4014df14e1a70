/** The programs of docs/library.md are the files of docs/examples, which other tests run; its prose is short. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const docs = join(import.meta.dirname, '..', '..', 'docs');
const text = readFileSync(join(docs, 'library.md'), 'utf8');
const examples = readdirSync(join(docs, 'examples'), { withFileTypes: true })
  .flatMap(entry => (entry.isFile() ? [entry.name] : []))
  .sort();
const blocks = [...text.matchAll(/```(\w*)\n([\s\S]*?)```/g)].map(([, language, block]) => ({ language, block }));

test('every program is a file of the examples, and every example is shown', () => {
  expect(blocks.map(({ language }) => language)).toEqual(blocks.map(() => 'ts'));
  const shown = blocks.map(({ block }) =>
    examples.find(file => readFileSync(join(docs, 'examples', file), 'utf8') === block),
  );
  expect(shown.toSorted()).toEqual(examples);
});

test('every link leads somewhere', () => {
  const links = [...text.matchAll(/\]\(([^)#]+)/g)].map(([, link = '']) => link);
  expect(links.length).toBeGreaterThan(1);
  expect(links.filter(link => !existsSync(join(docs, link)))).toEqual([]);
});

test('lines and sentences are short', () => {
  expect(text.split('\n').filter(line => line.length > 110)).toEqual([]);
  const prose = text.replaceAll(/```[\s\S]*?```/g, '').replaceAll(/^[|#].*$/gm, '');
  const sentences = prose.split(/(?<=[.:;?!])\s+|\n\n|\n- /);
  expect(sentences.filter(sentence => sentence.split(/\s+/).length > 25)).toEqual([]);
});
