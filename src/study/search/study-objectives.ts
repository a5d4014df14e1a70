/** What a search minimises: as it was asked, as its study has it, and as its limits need it. */
import { UserError } from '../../errors/user-error.ts';
import type { Limits } from '../../objectives/limit.ts';
import { givenLimits } from '../../objectives/limits.ts';
import type { Kind } from '../../objectives/objective.ts';
import { axes, kinds, kindsOf, objectives } from '../../objectives/objectives.ts';
import type { Study } from '../../store/study.ts';
import { demandMeasurable, type Measurer } from '../measure/measures.ts';

export interface ObjectivesAsked {
  /** Those that were named; undefined where nothing was. */
  readonly named: readonly string[] | undefined;
  readonly limits: Limits | undefined;
  /** The study of that name; null where there is none yet. */
  readonly stored: Pick<Study, 'name' | 'objectives'> | null;
  readonly device: Measurer;
  readonly note: (message: string) => void;
}

/**
 * Needs no image and no factor, so that a mistake is told at once. A study that goes on keeps what it has; a new one has latency, accuracy and what is named, and what its limits are
 * of: who says how large a file may be wants its size measured.
 *
 * @throws UserError for objectives that do not exist, that are missing or that the device cannot measure
 */
export function studyKinds({ named, limits, stored, device, note }: ObjectivesAsked): readonly Kind[] {
  const limited = givenLimits(limits ?? {});
  const asked = named ? askedKinds(named) : null;
  const had = stored ? kindsOf(stored.objectives) : null;
  const chosen = asked ?? had ?? inOrder([...axes, ...limited.map(({ kind }) => kind)]);
  const without = limited.find(({ kind }) => !chosen.includes(kind));
  if (without) {
    const all = inOrder([...chosen, without.kind]).join(',');
    throw new UserError(
      `--${without.option} limits the ${without.kind}, which ${asked || !stored ? 'is not among --objectives' : `study "${stored.name}" does not measure`}.`,
      `Search with --objectives ${all}${stored && !asked ? ' in a study of another name (--study)' : ''}.`,
    );
  }
  if (!asked && !had)
    for (const kind of chosen.filter(each => !axes.includes(each)))
      note(`The ${kind} is measured and minimised too, since it has a limit.`);
  demandMeasurable(chosen, device);
  return chosen;
}

/**
 * As a study stores them.
 *
 * @param accuracy how its data tells one
 */
export const studyNames = (chosen: readonly Kind[], accuracy: string): string[] =>
  chosen.map(kind => (kind === 'accuracy' ? accuracy : nameOf(kind)));

const inOrder = (wanted: readonly Kind[]): Kind[] => kinds.filter(kind => wanted.includes(kind));

const nameOf = (kind: Kind): string => objectives[kind].names.join();

function askedKinds(named: readonly string[]): Kind[] {
  const unknown = named.find(name => !kinds.some(kind => kind === name));
  if (unknown !== undefined)
    throw new UserError(
      `--objectives: expected names among ${kinds.join(', ')}, found ${JSON.stringify(unknown)}.`,
      `Give, for example, --objectives ${axes.join(',')},size.`,
    );
  const missing = axes.filter(kind => !named.includes(kind));
  if (missing.length > 0)
    throw new UserError(
      `--objectives: ${missing.join(' and ')} cannot be left out, since every front shows ${axes.join(' against ')}.`,
      `Give --objectives ${inOrder([...axes, ...(named as readonly Kind[])]).join(',')}.`,
    );
  return inOrder(named as readonly Kind[]);
}
