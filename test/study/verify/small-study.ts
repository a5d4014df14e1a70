/** A small study with real candidates and real scores, whose latencies a scripted device tells, perhaps from elsewhere. */
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDataset } from '../../../src/data/open.ts';
import { parseDataSpec } from '../../../src/data/spec.ts';
import type { OpenDevice } from '../../../src/device/driver.ts';
import { latencyBudget } from '../../../src/device/profile.ts';
import { type Script, scriptedDevice } from '../../../src/device/scripted.ts';
import { complete } from '../../../src/errors/failure.ts';
import { currentEnvironment, type Environment } from '../../../src/host/environment.ts';
import { frontFor } from '../../../src/objectives/front.ts';
import { modelCost } from '../../../src/onnx/cost.ts';
import { assignmentOf, denseConfiguration } from '../../../src/space/configuration.ts';
import { type MemoryContent, memoryContent, memoryStore } from '../../../src/store/memory-store.ts';
import type { Store } from '../../../src/store/store.ts';
import type { Study } from '../../../src/store/study.ts';
import { planFromFiles } from '../../../src/study/build/plan.ts';
import { reopenPlan } from '../../../src/study/build/reopen.ts';
import { confirmBudget } from '../../../src/study/measure/confirm-budget.ts';
import { openInstruments } from '../../../src/study/measure/instruments.ts';
import { observe } from '../../../src/study/measure/observe.ts';
import type { VerifyHooks } from '../../../src/study/verify/options.ts';
import type { TrialVerdict } from '../../../src/study/verify/verdict.ts';
import { type VerifyReport, verifyStudy } from '../../../src/study/verify/verify.ts';
import type { World } from '../../cli/world.ts';
import { newTrial } from '../../store/samples.ts';

export const board: Environment = {
  ...currentEnvironment(),
  cpuModel: 'Cortex-A76 of a board',
  cores: 4,
  arch: 'arm64',
};

/**
 * A call takes as long as its file is large.
 *
 * @param slower how many times as long the candidates take as their size says
 */
export const scripted =
  (script: Script, slower = 1): OpenDevice =>
  async () =>
    scriptedDevice(({ path }) => {
      const factor = path.endsWith('candidate.onnx') ? slower : 1;
      return complete((factor * statSync(path).size) / 1000);
    }, script);

export interface SmallStudy {
  readonly world: World;
  readonly store: Store;
  readonly content: MemoryContent;
  readonly study: Study;
  /** Configurations of trials, the dense model first. */
  readonly trials: number;
}

/** Dense and two candidates; the last one is confirmed as well. `profile` is the text of the hardware profile. */
export async function smallStudy(
  world: World,
  profile: string,
  openDevice?: OpenDevice,
  objectives: readonly string[] = ['latency', 'top1'],
): Promise<SmallStudy> {
  const hardware = join(world.folder, 'small.yaml');
  writeFileSync(hardware, profile);
  const plan = await planFromFiles(world.model, undefined, hardware);
  const dataset = await openDataset(parseDataSpec(world.data), {});
  const instruments = await openInstruments({
    ...{ plan, dataset, proxyImages: 40, seed: 3, calibration: null, openDevice },
    watch: { warn: () => {} },
  });
  const content = memoryContent();
  const store = memoryStore({ content });
  try {
    const dense = denseConfiguration(instruments.space);
    const configurations = [dense, dense.map(rung => Math.max(0, rung - 1)), dense.map(() => 0)];
    const study = await store.studies.create({
      name: 'small',
      model: { path: world.model, sha256: plan.loaded.sha256 },
      space: plan.spaceSource,
      hardware: plan.hardwareSource,
      data: { spec: world.data, sha256: dataset.hash, normalisation: 'torchvision', transform: 'none' },
      proxy: { images: instruments.scorer.proxyIndices.length, seed: 3 },
      calibration: null,
      objectives,
      seed: 3,
      strategy: { name: 'random', options: {} },
      packageVersion: '0.1.0',
      commandLine: [],
      dense: modelCost(plan.loaded.model, {}),
    });
    const budget = latencyBudget(plan.hardware, study.seed);
    for (const [number, configuration] of configurations.entries()) {
      const assignment = assignmentOf(instruments.space, configuration);
      const asked = { ...newTrial(number), configuration, assignment };
      const trial = await store.queue.begin(study.id, asked);
      if (!trial) throw new Error('the trial was not begun');
      const first = number === 0 ? null : await store.trials.get(study.id, 0);
      const ofDense = first ? await store.trials.samples(first.id) : [];
      const measured = (images: 'proxy' | 'confirm') =>
        observe(instruments, assignment, {
          objectives: study.objectives,
          latency: images === 'proxy' ? budget : confirmBudget(budget),
          score: { images, timeoutMs: 60_000 },
          dense: ofDense.filter(({ phase }) => phase === (images === 'proxy' ? 'search' : 'confirm')),
        });
      const result = await measured('proxy');
      if (result.state !== 'complete') throw new Error(`trial ${number} ${result.state}`);
      await store.queue.finish(trial.id, result, frontFor(objectives));
      if (number === 1) continue;
      const confirmed = await measured('confirm');
      if (confirmed.state !== 'complete') throw new Error(`trial ${number} ${confirmed.state}`);
      // What is exact is not confirmed.
      const again = confirmed.observations.filter(({ kind }) => kind !== 'size');
      await store.queue.confirm(trial.id, again);
    }
    return { world, store, content, study, trials: configurations.length };
  } finally {
    await instruments.close();
  }
}

export interface Told {
  readonly report: VerifyReport;
  readonly warnings: readonly string[];
  readonly verdicts: readonly TrialVerdict[];
}

/** Every trial verified in both phases. */
export async function verified({ store, study }: SmallStudy, openDevice?: OpenDevice): Promise<Told> {
  const warnings: string[] = [];
  const verdicts: TrialVerdict[] = [];
  const never = new AbortController().signal;
  const hooks: VerifyHooks = {
    onRecount: () => {},
    onTrial: verdict => verdicts.push(verdict),
    progress: () => {},
    warn: message => warnings.push(message),
    finish: never,
    stop: never,
  };
  const report = await verifyStudy({
    ...{ store, study, storePath: '', measure: 'all', phase: null, hooks, openDevice },
    plan: () => reopenPlan(study, '', undefined),
  });
  return { report, warnings, verdicts };
}
