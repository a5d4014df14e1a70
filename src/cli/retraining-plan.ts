/** `rankfront retrain --plan`: a retraining as a folder that another machine trains. */
import { UserError } from '../errors/user-error.ts';
import type { Store } from '../store/store.ts';
import type { Study } from '../store/study.ts';
import { type RetrainOptions, withRetraining } from '../study/train/retrain.ts';
import { writePlanFolder } from '../train/torch/plan-folder.ts';
import type { Console, ExitStatus } from './command.ts';

/** @throws UserError where another engine was asked for */
export function demandTorchFor({ plan, engine }: { readonly plan: string | undefined; readonly engine: string }): void {
  if (plan !== undefined && engine !== 'torch')
    throw new UserError(`--plan: the engine is ${engine}.`, 'Give --engine torch, or leave out --plan.');
}

export interface PlannedRetraining {
  readonly store: Store;
  readonly study: Study;
  readonly options: RetrainOptions;
  readonly note: (text: string) => void;
}

export async function writeRetrainingPlan(
  { store, study, options, note }: PlannedRetraining,
  folder: string,
  console: Pick<Console, 'out'>,
): Promise<ExitStatus> {
  await withRetraining(store, study, options, note, async ({ request, plan }) => {
    if (request.engine.kind !== 'torch') throw new Error('a plan is for PyTorch');
    await writePlanFolder(folder, { ...plan.setup, modelPath: request.model }, request.engine);
  });
  console.out(
    `Wrote the plan to ${folder}. Train it there: torchrun --nproc_per_node 8 -m rankfront_torch run . --out trained.safetensors`,
  );
  console.out(
    `Then: rankfront import-weights --study ${study.name} --trial ${options.trial} --weights ${folder}/trained.safetensors --out ${options.training.out}`,
  );
  return 0;
}
