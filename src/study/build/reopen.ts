/** A stored study brought back to work: its model, ladders and device as they were, checked against their hashes. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../errors/user-error.ts';
import { folderOfStore } from '../../store/place.ts';
import type { Study } from '../../store/study.ts';
import { metricOfStudy } from './metric.ts';
import { makePlan, type Plan } from './plan.ts';

/**
 * Throws a UserError when the model is not where it was, or is another one.
 *
 * @param moved where the model is now, if not where the study says
 * @param storePath the store's place; a relative path is looked for from the working directory, then from the store's folder
 */
export async function reopenPlan(study: Study, storePath: string, moved: string | undefined): Promise<Plan> {
  const modelPath = moved ?? locatedModel(study, storePath);
  const plan = await makePlan({
    modelPath,
    hardwareText: study.hardware.text,
    hardwareName: `the hardware profile of study "${study.name}"`,
    spaceText: study.space.text,
    spaceName: `the search space of study "${study.name}"`,
    metric: metricOfStudy(study),
  });
  if (plan.loaded.sha256 === study.model.sha256) return plan;
  throw new UserError(
    `"${modelPath}" is not the model of study "${study.name}": expected SHA-256 ${study.model.sha256.slice(0, 12)}..., found ${plan.loaded.sha256.slice(0, 12)}....`,
    'Give the original file with --model.',
  );
}

/** The path as it was given, or the same path seen from the folder of the store. */
export function locatedModel({ model: { path } }: Study, storePath: string): string {
  const besideStore = join(folderOfStore(storePath), path);
  if (existsSync(path) || !existsSync(besideStore)) return path;
  return besideStore;
}
