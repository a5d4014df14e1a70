/** The child process in which a training runs. */
import { complete } from '../../errors/failure.ts';
import { serve } from '../../runtime/serve.ts';
import { answerTraining } from './answer.ts';
import { done, type RunnerAnswer, type RunnerCommand, refused } from './messages.ts';
import { openLocal } from './open-local.ts';
import type { TrainingRunner } from './runner.ts';

let runner: TrainingRunner | null = null;

serve<RunnerCommand, RunnerAnswer>(async command => {
  try {
    if (command.do === 'open') {
      runner = await openLocal(command.setup);
      return complete(done(runner.info));
    }
    if (!runner) throw new Error(`"${command.do}" before a training was opened`);
    return await answerTraining(runner, command);
  } catch (error) {
    return complete(refused(error));
  }
});
