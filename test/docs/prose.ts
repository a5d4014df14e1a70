/** What is checked of sentences that users read: their length, and words that a second-language reader must look up. */

export interface Sentence {
  /** Of its first word, from 1. */
  readonly line: number;
  /** Inline code stands as it is, between backticks. */
  readonly text: string;
}

export const mostWords = 25;

/** What not to say, and what to say in its place. */
const unwanted: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\bdear(er|est)?\b/i, 'expensive, or what exactly it costs'],
  [/\bforetell(s|ing)?\b|\bforetold\b/i, 'predict'],
  [/\banew\b/i, 'again'],
  [/\bbegun\b/i, 'started'],
  [/\btold\b/i, 'say who says what'],
  [/\bwhat rests\b|\brests\b/i, 'frozen, or what remains'],
  [/\b(that|those) of\b/i, 'the noun again'],
  [/\bso (many|long)\b(?! as)/i, 'N, or this many'],
  [/\bof which\b|\bof whom\b|\bwhereof\b|\bthereof\b/i, 'a sentence of its own'],
  [/\b(hence|thence|whence|lest|thus)\b/i, 'so'],
  [/\bspelt out\b/i, 'written as'],
  [/\b(given|gives|give) up\b|\bpruned?\b/i, 'stopped early'],
  [/\bnormaliz\w*/i, 'normalis..., the British spelling'],
];

/** The sentences of a Markdown text: no code blocks, tables or comments; headings and list items are sentences of their own. */
export function sentencesOf(markdown: string): Sentence[] {
  const found: Sentence[] = [];
  let block: { readonly line: number; readonly text: string }[] = [];
  let fenced = false;
  const close = (): void => {
    found.push(...split(block));
    block = [];
  };
  for (const [at, raw] of markdown.split('\n').entries()) {
    const fence = /^\s*(```|~~~)/.test(raw);
    if (fence) fenced = !fenced;
    const text = raw.trim().replace(/^>\s?/, '');
    const apart = fence || fenced || text === '' || text.startsWith('|') || text.startsWith('<!--');
    if (apart || /^([-*] |\d+\. |#+ )/.test(text)) close();
    if (!apart) block.push({ line: at + 1, text: text.replace(/^([-*] |\d+\. |#+ )/, '') });
    if (/^#+ /.test(text)) close();
  }
  close();
  return found;
}

/** A sentence ends at a full stop, a question mark or an exclamation mark before a space, but not after an abbreviation. */
function split(lines: readonly { readonly line: number; readonly text: string }[]): Sentence[] {
  const found: Sentence[] = [];
  let open: Sentence | null = null;
  for (const { line, text } of lines) {
    const plain = withoutTargets(text);
    for (const part of plain.split(/(?<=[.!?][)"*]*)(?<!\b(?:al|e\.g|i\.e|vs)\.)\s+/)) {
      open = open ? { line: open.line, text: `${open.text} ${part}` } : { line, text: part };
      if (!/[.!?][)"*]*$/.test(part)) continue;
      found.push(open);
      open = null;
    }
  }
  return open ? [...found, open] : found;
}

/** Links and images are read as their words. */
const withoutTargets = (text: string): string => text.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1');

/** Inline code, an address and a quoted example count as one word each; a sign alone counts as none. */
export const wordsOf = (sentence: string): string[] =>
  sentence
    .replace(/`[^`]*`/g, 'code')
    .split(/\s+/)
    .filter(word => /[\p{L}\p{N}]/u.test(word));

/** What is wrong with a sentence, and how to mend it; empty where nothing is. */
export function faultsOf(sentence: string): string[] {
  const words = wordsOf(sentence).length;
  const long = words > mostWords ? [`${words} words, at most ${mostWords}: "${sentence}"`] : [];
  const read = sentence.replace(/`[^`]*`/g, 'code');
  const said = unwanted.flatMap(([pattern, instead]) => {
    const word = pattern.exec(read)?.[0];
    return word === undefined ? [] : [`"${word}" is not plain; say ${instead}: "${sentence}"`];
  });
  return [...long, ...said];
}

/**
 * The literals of a source file that are sentences for people: they begin with a capital letter, end with a full stop, and stand in
 * quotation marks on one line. What a template fills in reads as one word.
 */
export function literalSentences(source: string): Sentence[] {
  const code = source.replace(/^\s*\/\*\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, comment => comment.replace(/[^\n]/g, ' '));
  return [...code.matchAll(/'([A-Z][^'\n]* [^'\n]*\.)'|`([A-Z][^`\n]* [^`\n]*\.)`/g)].flatMap(
    ({ 1: plain, 2: template, index }) => {
      const text = plain ?? template?.replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, 'X') ?? '';
      const line = code.slice(0, index).split('\n').length;
      return sentencesOf(text).map(each => ({ ...each, line }));
    },
  );
}
