/** A study that goes on must offer what it offered: ladders of several methods depend on what the factors lose. */
import { UserError } from '../../errors/user-error.ts';
import { assignmentOf } from '../../space/configuration.ts';
import type { Space } from '../../space/space.ts';
import type { Trial } from '../../store/trial.ts';

/** @throws UserError when a stored trial's rungs are not those that its configuration now stands for */
export function demandSameLadders(space: Space, trials: readonly Trial[], study: string): void {
  const differing = trials.find(trial => !sameRungs(space, trial));
  if (!differing) return;
  throw new UserError(
    `Cannot go on with study "${study}": its ladders of several methods hold other rungs now, since the losses of factors were measured again.`,
    'Start another study with --study, or go on where this one was started.',
  );
}

/** Whether a trial's rungs are those that its configuration stands for. */
export function sameRungs(
  space: Space,
  { configuration, assignment }: Pick<Trial, 'configuration' | 'assignment'>,
): boolean {
  try {
    const now = assignmentOf(space, configuration);
    return JSON.stringify(sorted(now)) === JSON.stringify(sorted(assignment));
  } catch {
    return false;
  }
}

const sorted = (assignment: object): [string, unknown][] =>
  Object.entries(assignment).sort(([a], [b]) => (a < b ? -1 : 1));
