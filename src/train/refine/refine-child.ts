/** The child process in which a candidate is refined. */
import { type Attempt, complete } from '../../errors/failure.ts';
import { loadModel } from '../../host/model-file.ts';
import { serve } from '../../runtime/serve.ts';
import { onnxruntimeEngine } from '../onnxruntime/engine.ts';
import { done, type RunnerAnswer, refused } from '../runner/messages.ts';
import { openRefiner } from './local-refiner.ts';
import type { RefineCommand } from './refine-messages.ts';
import type { Refiner, RefineSetup } from './refiner.ts';

let refiner: Refiner | null = null;

serve<RefineCommand, RunnerAnswer>(async command => {
  try {
    const found = await answer(command);
    return found.state === 'complete' ? complete(done(found.value)) : found;
  } catch (error) {
    return complete(refused(error));
  }
});

function answer(command: RefineCommand): Promise<Attempt<unknown>> {
  if (command.do === 'open') return open(command.setup);
  if (!refiner) throw new Error(`"${command.do}" before a refinement was opened`);
  switch (command.do) {
    case 'epoch':
      return refiner.epoch(command.learningRates);
    case 'score':
      return refiner.score();
    case 'keep':
      return refiner.keep();
    case 'restore':
      return refiner.restore();
    case 'kept':
      return refiner.kept();
    default:
      return command satisfies never;
  }
}

async function open(setup: RefineSetup): Promise<Attempt<unknown>> {
  const { model: candidate } = loadModel(setup.candidatePath);
  const { model: dense } = loadModel(setup.densePath);
  const found = await openRefiner({ candidate, dense, setup, engine: onnxruntimeEngine(setup.session) });
  if (found.state === 'failed') return found;
  refiner = found.value;
  return complete(refiner.info);
}
