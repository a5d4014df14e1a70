/** `rankfront import-weights`: takes weights that other training code made of a trial into the study, scored and proved. */
import { type Imported, importWeights as importThem } from '../study/train/import-weights.ts';
import { requireFactorised } from '../study/train/retrain.ts';
import { formatPercent, formatPoints } from '../units/format.ts';
import { atStore } from './at-store.ts';
import { type Console, defineCommand, type ExitStatus } from './command.ts';
import { count } from './count.ts';
import { withStudyToWrite } from './open-study.ts';
import { jsonOption, movedOptions, storeOption, studyOption } from './options.ts';

export const importWeights = defineCommand({
  options: {
    study: studyOption,
    store: storeOption,
    trial: { type: 'number', demandOption: true, describe: 'The number of the trial whose network was trained' },
    weights: {
      type: 'string',
      demandOption: true,
      describe: 'The safetensors file that "save" of the exported folder wrote',
    },
    out: { type: 'string', demandOption: true, describe: 'The ONNX file to write the network with these weights to' },
    ...movedOptions,
    json: jsonOption,
  },
  examples: [
    [
      'rankfront import-weights --trial 42 --weights net-42/trained.safetensors --out net-42.onnx',
      'score what your own training made of trial 42, and keep it in the study',
    ],
  ],
  run: async (args, console) => {
    const trial = count('--trial', args.trial, 0, 1);
    requireFactorised(trial);
    return withStudyToWrite<ExitStatus>(args, console, async (study, store) => {
      const note = (text: string): void => console.note(atStore(text, study.name, args.store));
      const { weights, out, model, data, calibration } = args;
      const { commandLine } = console;
      const options = { storePath: args.store, trial, model, data, calibration, weights, out, commandLine };
      const imported = await importThem(store, study, options, note);
      if (args.json) console.out(JSON.stringify(recordOf(imported)));
      else tell(console, imported);
      return 0;
    });
  },
});

const recordOf = ({ run, path, top1, images, sha256 }: Imported): object => ({
  run: run.id,
  out: path,
  top1,
  beforeTop1: run.beforeTop1,
  denseTop1: run.denseTop1,
  images,
  sha256,
});

function tell(console: Console, { run, path, top1, images }: Imported): void {
  console.out(`Wrote ${path}: ${formatPercent(top1)} of ${images} validation images, scored from the file.`);
  console.out(
    `The training brought ${formatPoints(top1 - run.beforeTop1)}; ${formatPoints(top1 - run.denseTop1)} against the dense model.`,
  );
}
