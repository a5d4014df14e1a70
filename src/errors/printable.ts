/**
 * Text from models, files and stores made safe for people: what steers a terminal or cannot be seen (control characters, also C1; marks of
 * writing direction; zero-width and blank fillers; line separators) is written as an escape. In JSON the escapes read back as what they were.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]/gu;

const escaped = (character: string): string => {
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  return Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
    .map(unit => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');
};

/** For one line: line breaks are escaped, too. */
export const oneLine = (text: string): string => text.replaceAll(unseen, escaped);

/** For a block of lines, each of which was one line: line breaks stay, also those of a CSV file. */
export const printable = (text: string): string =>
  text
    .split(/(\r?\n)/)
    .map((part, i) => (i % 2 === 1 ? part : oneLine(part)))
    .join('');

/** Whether a name can be shown as it is. */
export const isPrintable = (text: string): boolean => text.search(unseen) < 0;
