/** `rankfront profile`: where the time of the dense model goes. */
import type { Normalization } from '../data/normalize.ts';
import { profileSummary, profileTable } from '../report/profile-report.ts';
import { planFromFiles } from '../study/build/plan.ts';
import { profileLosses, profileView } from '../study/measure/profile.ts';
import { defineCommand } from './command.ts';
import { count } from './count.ts';
import { calibrationOptions, hardwareOption, jsonOption, modelOption, normalizeOption } from './options.ts';
import { stageProgress } from './stage-progress.ts';

export const profile = defineCommand({
  usage: 'profile',
  summary: 'Show where the time goes: per layer, milliseconds, MACs and what a ladder could save',
  options: {
    model: modelOption,
    hardware: hardwareOption,
    space: { type: 'string', describe: 'The search space whose ladders are looked at; by default the proposed one' },
    calibration: {
      ...calibrationOptions.calibration,
      describe: 'Unlabelled images, as --data elsewhere: shows what rungs lose on them',
    },
    'calibration-images': calibrationOptions['calibration-images'],
    seed: { type: 'number', default: 0, describe: 'Seed of the choice of images' },
    normalize: normalizeOption,
    json: jsonOption,
  },
  examples: [
    [
      'rankfront profile --model resnet18.onnx --hardware hardware-profiles/cpu-2-threads.yaml',
      'the costliest layers first',
    ],
    [
      'rankfront profile --model resnet18.onnx --hardware hardware-profiles/cpu-2-threads.yaml --calibration folder:calibration',
      'and what each of them loses at half its MACs',
    ],
  ],
  run: async (args, console) => {
    const wanted = count('--calibration-images', args['calibration-images'], 1);
    const seed = count('--seed', args.seed, 0) ?? 0;
    const plan = await planFromFiles(args.model, args.space, args.hardware);
    const normalize = args.normalize as Normalization | undefined;
    const watch = { warn: console.note, stage: stageProgress(console) };
    const loss =
      args.calibration === undefined || args.calibration === 'none'
        ? null
        : await profileLosses(plan, { spec: args.calibration, wanted, seed, normalize }, watch);
    const view = await profileView(plan, loss, console.note);
    if (args.json)
      console.out(
        JSON.stringify(
          { model: view.model, device: view.device, totalMs: view.totalMs, ...profileSummary(view) },
          null,
          2,
        ),
      );
    else console.out(profileTable(view));
    return 0;
  },
});
