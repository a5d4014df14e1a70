/**
 * Objectives are looked up by name: no place among values is written down, and no number of objectives or observations.
 *
 * A rule of text, for the rooms that know objectives. Numeric rooms index vectors of their own and are left alone.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Violation } from './layers.ts';

/** Files that have to do with objectives. */
const watched = [
  /^(?:study|report|store|cli|events|objectives|evaluate)\//,
  /^tuner\/(?:early-stopping|first-guesses)\.ts$/,
];

/** Lists with one entry per objective, or one per observation. */
const lists = 'values|standardErrors|objectiveValues|objectives|observations|prediction|byObjective|tables|constraints';

const rules: readonly { readonly pattern: RegExp; readonly message: string }[] = [
  {
    pattern: new RegExp(`\\b(?:${lists})!?(?:\\?\\.)?\\[\\d+\\]|\\b(?:${lists})\\??\\.at\\(-?\\d`, 'g'),
    message: 'an objective at a place: look it up by its name (objectives/objectives.ts)',
  },
  {
    pattern: new RegExp(
      `\\[[\\w\\s=.,]*\\]\\s*(?::[^=\\n]*)?=\\s*(?:[\\w!?]+\\.)*(?:${lists})(?:\\s*\\?\\?\\s*\\[\\])?\\s*[;,)]`,
      'g',
    ),
    message: 'objectives taken apart by place: look them up by name (objectives/objectives.ts)',
  },
  {
    pattern: new RegExp(`\\b(?:${lists}):\\s*\\[\\w+`, 'g'),
    message: 'objectives taken apart by place: look them up by name (objectives/objectives.ts)',
  },
  {
    pattern: new RegExp(`\\b(?:${lists})\\.slice\\(\\d`, 'g'),
    message: 'objectives cut by place: look them up by name (objectives/objectives.ts)',
  },
  {
    pattern: /\bobjectives?:\s*\d/g,
    message: 'a number of objectives, or the place of one: it follows from the names of the study',
  },
  {
    pattern: /\b(?:values|standardErrors|objectives|observations)\.length\s*(?:[<>]=?|[!=]==?)\s*[2-9]/g,
    message: 'a count that stands for objectives: ask for them by kind',
  },
];

/** Comments show what is meant, and generated or numeric code is not watched. */
const isComment = (text: string, at: number): boolean => {
  const start = text.lastIndexOf('\n', at) + 1;
  return /^\s*(?:\/\/|\/\*\*?|\*)/.test(text.slice(start, at + 1));
};

export const positionsIn = (path: string, text: string): Violation[] =>
  watched.some(each => each.test(path))
    ? rules.flatMap(({ pattern, message }) =>
        [...text.matchAll(pattern)]
          .filter(({ index }) => !isComment(text, index))
          .map(({ index }) => ({ file: `src/${path}`, line: text.slice(0, index).split('\n').length, message })),
      )
    : [];

/** Of all files under `source`. */
export const positionViolations = (source: string): Violation[] =>
  globSync('**/*.ts', { cwd: source }).flatMap(file => {
    const path = file.replaceAll('\\', '/');
    return positionsIn(path, readFileSync(join(source, file), 'utf8'));
  });
