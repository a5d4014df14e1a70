/** Carries out a command on a runner. */
import { type Attempt, complete } from '../../errors/failure.ts';
import { done, type RunnerAnswer, type RunnerCommand } from './messages.ts';
import type { TrainingRunner } from './runner.ts';

export async function answerTraining(
  runner: TrainingRunner,
  command: Exclude<RunnerCommand, { do: 'open' }>,
): Promise<Attempt<RunnerAnswer>> {
  const found = await carriedOut(runner, command);
  return found.state === 'complete' ? complete(done(found.value)) : found;
}

function carriedOut(
  runner: TrainingRunner,
  command: Exclude<RunnerCommand, { do: 'open' }>,
): Promise<Attempt<unknown>> {
  switch (command.do) {
    case 'begin':
      return runner.begin(command.place, command.epochs);
    case 'steps':
      return runner.steps(command.hypers);
    case 'setTrainable':
      return runner.setTrainable(command.set);
    case 'evaluate':
      return runner.evaluate(command.choice);
    case 'state':
      return runner.state();
    case 'load':
      return runner.load(command.state);
    case 'time':
      return runner.time(command.set, command.repeats);
    case 'unreadable':
      return runner.unreadable();
    default:
      return command satisfies never;
  }
}
