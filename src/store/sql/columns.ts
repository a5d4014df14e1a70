/** Columns read back and checked: a damaged file may hand over text that is no JSON, or JSON of something else. */
import type { Assignment } from '../../decompose/method.ts';
import type { Environment } from '../../host/environment.ts';
import type { StageTimes } from '../trial.ts';
import { DamagedColumn } from './damage.ts';

const parsed = (text: string, what: string, fits: (value: unknown) => boolean): unknown => {
  const value: unknown = JSON.parse(text);
  if (!fits(value)) throw new DamagedColumn(`expected ${what}, found ${JSON.stringify(value).slice(0, 60)}`);
  return value;
};

const isNumber = (value: unknown): boolean => typeof value === 'number';
const isText = (value: unknown): boolean => typeof value === 'string';
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isRank = (value: unknown): boolean =>
  value === undefined || isNumber(value) || (Array.isArray(value) && value.every(isNumber));
const isRung = (value: unknown): boolean => isRecord(value) && isText(value.method) && isRank(value.rank);

export const numbersIn = (text: string): number[] =>
  parsed(text, 'numbers', value => Array.isArray(value) && value.every(isNumber)) as number[];

export const textsIn = (text: string): string[] =>
  parsed(text, 'a list of texts', value => Array.isArray(value) && value.every(isText)) as string[];

export const recordIn = <T = Readonly<Record<string, unknown>>>(text: string): T =>
  parsed(text, 'a record', isRecord) as T;

export const recordsIn = <T>(text: string): T =>
  parsed(text, 'a list of records', value => Array.isArray(value) && value.every(isRecord)) as T;

export const assignmentIn = (text: string): Assignment =>
  parsed(
    text,
    'a method and a rank for every site',
    value => isRecord(value) && Object.values(value).every(isRung),
  ) as Assignment;

export const environmentIn = (text: string): Environment =>
  parsed(
    text,
    'an environment',
    value =>
      isRecord(value) &&
      ['rankfront', 'node', 'onnxruntime', 'platform', 'arch', 'cpuModel'].every(key => isText(value[key])) &&
      ['cores', 'memoryBytes'].every(key => isNumber(value[key])),
  ) as Environment;

export const stagesIn = (text: string): StageTimes =>
  parsed(
    text,
    'the times of stages',
    value =>
      isRecord(value) &&
      ['buildMs', 'latencyMs', 'accuracyMs'].every(stage => stage in value) &&
      Object.values(value).every(time => time === null || isNumber(time)),
  ) as StageTimes;

/** A word of a closed list. */
export function oneOf<T extends string>(value: T, known: readonly T[]): T {
  if (!known.includes(value))
    throw new DamagedColumn(`expected one of ${known.join(', ')}, found ${JSON.stringify(value)}`);
  return value;
}

/**
 * Without a value that is undefined: where the table's own definition is damaged, a column has another name. Only the record itself is
 * looked at, and not what was parsed for it: a listing has tens of thousands.
 */
export function whole<T extends object>(record: T): T {
  for (const key in record) if (record[key] === undefined) throw new DamagedColumn(`there is no ${key}`);
  return record;
}

/** The same for a record of records, such as a study. */
export function wholeWithin<T extends object>(record: T): T {
  for (const value of Object.values(whole(record))) if (isRecord(value)) wholeWithin(value);
  return record;
}
