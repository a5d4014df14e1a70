/** A network and one of its candidates, as files: every site at the middle of its ladder, plain factors. */
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ModelFile } from '../../src/device/device.ts';
import { sha256Of } from '../../src/host/model-file.ts';
import { assignmentOf } from '../../src/space/configuration.ts';
import { candidateBuilder } from '../../src/study/build/candidate.ts';
import { spaceFactors } from '../../src/study/build/factors.ts';
import { makePlan } from '../../src/study/build/plan.ts';

export interface Pair {
  readonly name: string;
  readonly candidate: ModelFile;
  readonly dense: ModelFile;
}

/** Null, saying so, where the model is missing. */
export async function pairFor(name: string, modelPath: string, hardware: string, folder: string): Promise<Pair | null> {
  if (!existsSync(modelPath)) {
    console.log(`Skipped: there is no model at ${modelPath}.`);
    return null;
  }
  const plan = await makePlan({
    modelPath,
    hardwareText: readFileSync(hardware, 'utf8'),
    hardwareName: hardware,
    spaceName: 'the space of the benchmark',
    spaceText: null,
  });
  const { model } = plan.loaded;
  const factors = await spaceFactors(model, plan.space, null, { warn: message => console.log(message) });
  const builder = candidateBuilder({ model, sites: plan.sites, factors, scratch: folder, corrector: null });
  const middle = plan.space.sites.map(({ ladder }) => Math.floor((ladder.length - 1) / 2));
  const { bytes } = builder.bytes(assignmentOf(plan.space, middle), null);
  const file = (path: string): ModelFile => ({ path, sha256: sha256Of(readFileSync(path)) });
  const paths = { candidate: join(folder, `${name}-candidate.onnx`), dense: join(folder, `${name}-dense.onnx`) };
  writeFileSync(paths.candidate, bytes);
  copyFileSync(modelPath, paths.dense);
  console.log(`${name}: ${basename(modelPath)}, every site at the middle of its ladder`);
  return { name, candidate: file(paths.candidate), dense: file(paths.dense) };
}
