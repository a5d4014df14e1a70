/** `rankfront export`: a trial as an ONNX file. */

import { writeTrial } from '../library/export-trial.ts';
import { disturbedNote, latencyQualityOf } from '../study/measure/latency-quality.ts';
import { atStore } from './at-store.ts';
import { defineCommand, type ExitStatus } from './command.ts';
import { count } from './count.ts';
import { withStudy } from './open-study.ts';
import { jsonOption, movedOptions, storeOption, studyOption } from './options.ts';

export const exportModel = defineCommand({
  options: {
    study: studyOption,
    store: storeOption,
    trial: { type: 'number', demandOption: true, describe: 'The number of the trial; 0 is the dense model' },
    out: { type: 'string', demandOption: true, describe: 'The file to write; with --format torch a folder' },
    refined: {
      type: 'boolean',
      default: true,
      describe: 'With its refined weights, if it was refined; --no-refined for the one that was searched',
    },
    format: {
      choices: ['onnx', 'torch'] as const,
      default: 'onnx' as const,
      describe: 'torch writes a torch.nn.Module with its weights and a loader, for training code of your own',
    },
    ...movedOptions,
    json: jsonOption,
  },
  examples: [
    ['rankfront export --study resnet18 --trial 42 --out resnet18-42.onnx', 'write the model of trial 42'],
    [
      'rankfront export --study resnet18 --trial 42 --format torch --out resnet18-42',
      'for your own training code; "import-weights" takes the result back',
    ],
  ],
  run: async (args, console) => {
    const number = count('--trial', args.trial, 0, 1);
    return withStudy<ExitStatus>(args, console, async (study, store) => {
      const moved = { model: args.model, data: args.data, calibration: args.calibration };
      const parts = { store, study, place: args.store, moved, warn: console.note };
      const { exported, trial } = await writeTrial(parts, number, args.out, args);
      const note = disturbedNote(trial, study);
      if (note) console.note(atStore(note, study.name, args.store));
      if (args.json) console.out(JSON.stringify({ ...exported, latencyQuality: latencyQualityOf(trial) }));
      else
        console.note(
          `Wrote ${args.out}: trial ${trial.number} of ${study.name}${exported.refined ? ', refined' : ''}, ${(exported.bytes / 1e6).toFixed(1)} MB.`,
        );
      return 0;
    });
  },
});
