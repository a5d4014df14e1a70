/** What `--metric` asks for. */
import { UserError } from '../errors/user-error.ts';
import { nearest } from '../units/nearest.ts';
import { type ClosenessRule, closenessRules } from './closeness.ts';

export type ClassMetric = { readonly kind: 'top1' | 'top5' | 'agreement' };

export type MetricChoice =
  | ClassMetric
  /** A module of the user's. */
  | { readonly kind: 'module'; readonly path: string }
  /** A program of the user's, as it was written. */
  | { readonly kind: 'command'; readonly text: string; readonly words: readonly string[] }
  | {
      readonly kind: 'fidelity';
      /** Those that are compared, by name, with the rule where one is named; null compares all. */
      readonly outputs: ReadonlyMap<string, ClosenessRule | null> | null;
    };

const wayOut = 'Write top1, top5, agreement, fidelity, fidelity:OUTPUT,OUTPUT=RULE, module:FILE or command:PROGRAM.';

/** @throws UserError for a text that names no metric */
export function parseMetric(text: string): MetricChoice {
  const [kind = '', rest] = text.split(/:(.*)/s);
  if (rest === undefined && (kind === 'top1' || kind === 'top5' || kind === 'agreement')) return { kind };
  if (kind === 'module' && rest) return { kind, path: rest };
  if (kind === 'command' && rest?.trim()) return { kind, text: rest, words: wordsOf(rest) };
  if (kind === 'fidelity') return { kind, outputs: rest === undefined ? null : outputsIn(text, rest) };
  const near = nearest(kind, ['top1', 'top5', 'agreement', 'fidelity']);
  throw new UserError(
    `Cannot use the metric ${JSON.stringify(text)}: there is none of that name.`,
    near ? `Did you mean ${near}?` : wayOut,
  );
}

/** Quotes keep blanks together. */
const wordsOf = (text: string): string[] =>
  [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, plain]) => double ?? single ?? plain ?? '');

function outputsIn(text: string, list: string): ReadonlyMap<string, ClosenessRule | null> {
  const named = list.split(',').map((each): [string, ClosenessRule | null] => {
    const [, name = '', rule] = /^(.*?)(?:=([^=]*))?$/s.exec(each.trim()) ?? [];
    if (name === '')
      throw new UserError(`Cannot use the metric ${JSON.stringify(text)}: an output has no name.`, wayOut);
    if (rule === undefined) return [name, null];
    const known = closenessRules.find(one => one === rule);
    if (known) return [name, known];
    throw new UserError(
      `Cannot use the metric ${JSON.stringify(text)}: ${JSON.stringify(rule)} is no rule for an output.`,
      `Write one of ${closenessRules.join(', ')}.`,
    );
  });
  return new Map(named);
}

/** Whether it looks at whatever the network gives, and not at class scores. */
export const asksForClasses = (choice: MetricChoice): choice is ClassMetric =>
  choice.kind === 'top1' || choice.kind === 'top5' || choice.kind === 'agreement';

/** As a user writes it. */
export function metricText(choice: MetricChoice): string {
  if (choice.kind === 'module') return `module:${choice.path}`;
  if (choice.kind === 'command') return `command:${choice.text}`;
  if (asksForClasses(choice) || choice.outputs === null) return choice.kind;
  return `fidelity:${[...choice.outputs].map(([name, rule]) => (rule ? `${name}=${rule}` : name)).join(',')}`;
}

/** Which outputs count for it: those that hold class scores, all, or those that are named. */
export const countedOutputs = (choice: MetricChoice): 'heads' | 'all' | readonly string[] =>
  asksForClasses(choice) ? 'heads' : choice.kind === 'fidelity' && choice.outputs ? [...choice.outputs.keys()] : 'all';
