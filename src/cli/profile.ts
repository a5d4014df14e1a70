/** `rankfront profile`: where the time of the dense model goes. */
import type { Normalization } from '../data/normalize.ts';
import { profileSummary, profileTable } from '../report/profile-report.ts';
import { planFromFiles } from '../study/build/plan.ts';
import { profileLosses, profileView } from '../study/measure/profile.ts';
import { defineCommand } from './command.ts';
import { count } from './count.ts';
import {
  calibrationOptions,
  hardwareOption,
  inputShapeOption,
  jsonOption,
  modelOption,
  normalizeOption,
  sizesThatAreOpen,
} from './options.ts';
import { stageProgress } from './stage-progress.ts';

export const profile = defineCommand({
  settings: ['model', 'hardware', 'inputShape', 'space'],
  options: {
    model: modelOption,
    hardware: hardwareOption,
    'input-shape': { ...inputShapeOption, describe: sizesThatAreOpen },
    space: { type: 'string', describe: 'The search space, a YAML file [default: the one that Rankfront proposes]' },
    calibration: {
      ...calibrationOptions.calibration,
      describe: 'Unlabelled images, written as in --data: shows what lower ranks lose on them',
    },
    'calibration-images': calibrationOptions['calibration-images'],
    seed: { type: 'number', default: 0, describe: 'Seed that chooses the images' },
    normalize: normalizeOption,
    json: jsonOption,
  },
  examples: [
    ['rankfront profile --model resnet18.onnx --hardware cpu-2-threads', 'the most expensive layers first'],
    [
      'rankfront profile --model resnet18.onnx --hardware cpu-2-threads --calibration folder:calibration',
      'also what each layer loses at half its MACs',
    ],
  ],
  run: async (args, console) => {
    const wanted = count('--calibration-images', args['calibration-images'], 1);
    const seed = count('--seed', args.seed, 0) ?? 0;
    const plan = await planFromFiles(args.model, args.space, args.hardware, undefined, {
      inputShape: args['input-shape'],
    });
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
    else console.out(profileTable(view, console.columns === null));
    return 0;
  },
});
