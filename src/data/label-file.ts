/** Files that say the class of each image: `file,label` with or without a header, or `file label`, or tab-separated. */
import { basename } from 'node:path';
import { UserError } from '../errors/user-error.ts';
import { readText } from '../files/read.ts';
import { linesOf } from '../files/text.ts';

export interface LabelLine {
  readonly file: string;
  /** An index, a WordNet id or a name. */
  readonly label: string;
  readonly line: number;
}

/** File names under which labels are looked for, the surest first. */
export const usualLabelFiles = [
  'labels.csv',
  'labels.txt',
  'labels.tsv',
  'val_annotations.txt',
  'val.txt',
  'LOC_val_solution.csv',
];

const headerWord = /^(file|file_?name|image|image_?id|img|name|path|id)$/i;

/** Throws a UserError that names the line when one has no label. */
export function readLabelFile(path: string): LabelLine[] {
  const result: LabelLine[] = [];
  linesOf(readText(path, 'the labels')).forEach((content, at) => {
    if (content.trim() === '') return;
    const [file = '', label = ''] = fields(content);
    if (result.length === 0 && headerWord.test(file)) return;
    if (file === '' || label === '')
      throw new UserError(
        `Cannot read the labels "${path}": line ${at + 1} has no label, found "${content.slice(0, 60)}".`,
        'Write one image and its class per line: file,label.',
      );
    result.push({ file: file.replaceAll('\\', '/').replace(/^\.\//, ''), label, line: at + 1 });
  });
  if (result.length === 0)
    throw new UserError(`Cannot read the labels "${basename(path)}": it names no image.`, 'Write file,label per line.');
  return result;
}

/** The first two fields: split at tabs, else at commas or semicolons (quotes understood), else at white space. */
function fields(line: string): readonly string[] {
  if (line.includes('\t')) return line.split('\t').map(unquoted);
  const quoted = /^\s*"((?:[^"]|"")*)"\s*[,;](.*)$/.exec(line);
  if (quoted) return [quoted[1]!.replaceAll('""', '"'), unquoted(quoted[2]!)];
  const comma = line.indexOf(',');
  if (comma >= 0) return [line.slice(0, comma).trim(), firstField(line.slice(comma + 1))];
  // Spreadsheets write semicolons where the comma is in the numbers.
  if (line.includes(';')) return line.split(';').map(unquoted);
  return line.trim().split(/\s+/);
}

const unquoted = (field: string): string => field.trim().replace(/^"(.*)"$/s, '$1');

/** `"a, b"` is one field; of `n01751748 111 108 230 173` (a box follows the class) the class. */
function firstField(text: string): string {
  const trimmed = text.trim();
  if (trimmed.startsWith('"')) return unquoted(trimmed.replace(/"\s*,.*$/s, '"'));
  const field = trimmed.split(',')[0]!.trim();
  return /^n\d{8}\s/.test(field) ? field.slice(0, 9) : field;
}
