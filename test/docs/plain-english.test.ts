/** Help texts, README and docs are plain English: short sentences of common words, in lines that fit a screen. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { allCommands } from '../cli/all-commands.ts';
import { faultsOf, literalSentences, mostWords, sentencesOf, wordsOf } from './prose.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const pages = [
  'README.md',
  ...globSync(['docs/*.md', 'docs/devices/*.md'], { cwd: root }).map(file => file.replaceAll('\\', '/')),
];
const widest = { help: 100, page: 110 };

interface HelpText {
  /** The command, and the option or example that it explains. */
  readonly of: string;
  readonly text: string;
}

const helpTexts: readonly HelpText[] = (await allCommands()).flatMap(
  ({ usage, summary, options, positionals, examples }) => [
    { of: usage, text: summary },
    ...Object.entries({ ...options, ...positionals }).map(([name, option]) => ({
      of: `${usage} --${name}`,
      text: option.describe ?? '',
    })),
    ...examples.map(([command, what]) => ({ of: `${usage}, example "${command}"`, text: what })),
  ],
);

const sources = globSync('src/cli/*.ts', { cwd: root }).map(file => ({ file, text: read(file) }));

/** File and line of the first literal that holds the text. */
function placeOf({ of, text }: HelpText): string {
  const literal = text.replace(/["']/g, '').slice(0, 60);
  for (const { file, text: source } of sources) {
    const line = source.split('\n').findIndex(each => each.replace(/["'\\]/g, '').includes(literal));
    if (line >= 0) return `${file}:${line + 1} (${of})`;
  }
  return of;
}

test('help texts', () => {
  expect(helpTexts.length).toBeGreaterThan(100);
  const faults = helpTexts.flatMap(help => {
    const { text } = help;
    const long = text.length > widest.help ? [`${text.length} characters, at most ${widest.help}: "${text}"`] : [];
    const missing = text === '' ? ['it has no help text'] : [];
    return [...missing, ...long, ...sentencesOf(text).flatMap(each => faultsOf(each.text))].map(
      fault => `${placeOf(help)}: ${fault}`,
    );
  });
  expect([...new Set(faults)]).toEqual([]);
});

test('errors, reports and whatever else the program says in whole sentences', () => {
  const said = globSync('src/**/*.ts', { cwd: root }).flatMap(file =>
    literalSentences(read(file)).map(({ line, text }) => ({ at: `${file}:${line}`, text })),
  );
  expect(said.length).toBeGreaterThan(500);
  expect(said.flatMap(({ at, text }) => faultsOf(text).map(fault => `${at}: ${fault}`))).toEqual([]);
});

describe.each(pages)('%s', page => {
  it('has short sentences of common words', () => {
    const sentences = sentencesOf(read(page));
    expect(sentences.length).toBeGreaterThan(5);
    expect(sentences.flatMap(({ line, text }) => faultsOf(text).map(fault => `${page}:${line}: ${fault}`))).toEqual([]);
  });

  it('has lines that fit a screen; the rows of a table cannot be wrapped', () => {
    const long = read(page)
      .split('\n')
      .flatMap((line, at) => (line.length > widest.page && !line.startsWith('|') ? [{ at, line }] : []));
    expect(long.map(({ at, line }) => `${page}:${at + 1}: ${line.length} characters, at most ${widest.page}`)).toEqual(
      [],
    );
  });
});

describe('what is found', () => {
  const words = (count: number): string => Array.from({ length: count }, () => 'word').join(' ');

  it('a sentence that is too long, over lines too, by the line where it starts', () => {
    expect(faultsOf(words(mostWords))).toEqual([]);
    expect(faultsOf(words(mostWords + 1))[0]).toMatch(/^26 words, at most 25: "word /);
    expect(sentencesOf('# Title\nShort one. A long\none (Li et al. 2019) goes on.\n- An item')).toEqual([
      { line: 1, text: 'Title' },
      { line: 2, text: 'Short one.' },
      { line: 2, text: 'A long one (Li et al. 2019) goes on.' },
      { line: 4, text: 'An item' },
    ]);
  });

  it('not code, tables or the targets of links', () => {
    expect(sentencesOf('```\nanew\n```\n| told | begun |\n\nSee [a page](told.md).')).toEqual([
      { line: 6, text: 'See a page.' },
    ]);
    expect(wordsOf('Give `--max-drop 1pp --wait none` ± 3.')).toEqual(['Give', 'code', '3.']);
    expect(faultsOf('The state `pruned` stays.')).toEqual([]);
  });

  it('sentences in literals, by their line, and not those in comments', () => {
    const filled = '$' + '{name}';
    const source = `/** 'Start anew.' */\nconst kind = 'Not this';\nthrow new UserError(\`Cannot read ${filled} anew.\`, 'Two. Here.');`;
    expect(literalSentences(source)).toEqual([
      { line: 3, text: 'Cannot read X anew.' },
      { line: 3, text: 'Two.' },
      { line: 3, text: 'Here.' },
    ]);
  });

  it.each([
    'A dearer one.',
    'It foretells trials.',
    'Start anew.',
    'What rests is frozen.',
    'A trial was pruned.',
    'The size is that of the input.',
    'Normalized images.',
  ])('%s', sentence => {
    expect(faultsOf(sentence)).toHaveLength(1);
  });
});
