/** A plan in a folder of its own, with the package that runs it: for machines that rankfront is not on. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../errors/user-error.ts';
import { reasonOf } from '../../files/reason.ts';
import { loadModel } from '../../host/model-file.ts';
import { prepareNetwork, requireSameClassifier } from '../network/prepare.ts';
import type { TorchChoice } from '../runner/engine-choice.ts';
import type { RunnerSetup } from '../runner/runner.ts';
import { packageFolder } from './package.ts';
import { mostPacked } from './pixels.ts';
import { writePlan } from './plan.ts';

/**
 * Image files are decoded into the folder, unless they are too many: then their paths are named in it.
 * @throws UserError for a folder that holds something, or has no room
 */
export async function writePlanFolder(
  folder: string,
  setup: RunnerSetup,
  { device, compile }: Pick<TorchChoice, 'device' | 'compile'>,
): Promise<void> {
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new UserError(`Cannot write the plan into "${folder}": there is something in it.`, 'Give another --plan.');
  const network = prepareNetwork(loadModel(setup.modelPath).model);
  const teacher = setup.teacherPath === null ? null : prepareNetwork(loadModel(setup.teacherPath).model, 'the teacher');
  if (teacher) requireSameClassifier(teacher, network);
  try {
    copyPackage(join(folder, 'rankfront_torch'));
  } catch (error) {
    throw new UserError(`Cannot write the plan into "${folder}": ${reasonOf(error)}.`, 'Give another --plan.', {
      cause: error,
    });
  }
  const decodes = setup.data.dataset.count > mostPacked;
  await writePlan(folder, { setup, network, teacher, decodes, device, threads: 0, compile });
}

function copyPackage(to: string): void {
  mkdirSync(to, { recursive: true });
  const from = join(packageFolder(), 'rankfront_torch');
  for (const name of readdirSync(from))
    if (name.endsWith('.py')) writeFileSync(join(to, name), readFileSync(join(from, name)));
}
