/** `rankfront retrain`: trains a trial of a study, to win back what factorising it lost. */
import { hasTestImages, type TrainingRun } from '../store/training.ts';
import { type RetrainResult, requireFactorised, retrain as runRetraining } from '../study/train/retrain.ts';
import { formatPercent, formatPoints } from '../units/format.ts';
import { atStore } from './at-store.ts';
import { type Console, defineCommand } from './command.ts';
import { count } from './count.ts';
import { logLine } from './log-line.ts';
import { withStudyToWrite } from './open-study.ts';
import { movedOptions, storeOption, studyOption } from './options.ts';
import { positive } from './positive.ts';
import { demandTorchFor, writeRetrainingPlan } from './retraining-plan.ts';
import { jsonLine, trainingDisplay, trainingEnd } from './training-display.ts';
import { demandProvider, epochsOf, trainingOptions, trainRequest } from './training-options.ts';

export const retrain = defineCommand({
  options: {
    study: studyOption,
    store: storeOption,
    trial: { type: 'number', demandOption: true, describe: 'The number of the trial' },
    epochs: { type: 'number', default: 5, describe: 'How many times every training image is used' },
    lr: { type: 'number', describe: 'The largest learning rate [default: 0.01; adamw 0.0005]' },
    rewind: {
      type: 'number',
      describe: 'Use the end of a schedule of N epochs, such as the one that trained the dense model',
    },
    'label-smoothing': { type: 'number', default: 0, describe: 'Share of each label that is spread over all classes' },
    'distil-weight': {
      type: 'number',
      default: 0.5,
      describe: "Weight of the dense model's scores in the loss; 0 leaves them out",
    },
    temperature: { type: 'number', default: 4, describe: 'Temperature of the distillation' },
    ...trainingOptions,
    plan: {
      type: 'string',
      describe: 'With --engine torch: write the training into this folder, for another machine, and do not train',
    },
    ...movedOptions,
  },
  examples: [
    [
      'rankfront retrain --study resnet18 --trial 42 --freeze progressive --out resnet18-42.onnx',
      'retrain trial 42 and freeze more layers from epoch to epoch',
    ],
    [
      'rankfront retrain --trial 42 --epochs 12 --augment strong --plain-epochs 3 --distil-weight 0.9 --out resnet18-42.onnx',
      'longer, with mixed images and closer to the teacher: recovers the most',
    ],
  ],
  run: async (args, console) => {
    const trial = count('--trial', args.trial, 0, 1);
    requireFactorised(trial);
    const own = trainRequest(args, {
      model: '',
      fresh: false,
      teacher: null,
      data: '',
      epochs: epochsOf(args.epochs),
      learningRate: positive('--lr', args.lr ?? (args.optimiser === 'adamw' ? 0.0005 : 0.01), 0.01),
      rewindEpochs: count('--rewind', args.rewind, 1, 30) ?? null,
      labelSmoothing: args['label-smoothing'],
      distillationWeight: args['distil-weight'],
      temperature: args.temperature,
    });
    demandTorchFor(args);
    await demandProvider(args);
    return withStudyToWrite(args, console, async (study, store) => {
      const note = (text: string): void => console.note(atStore(text, study.name, args.store));
      const options = {
        storePath: args.store,
        trial,
        model: args.model,
        data: args.data,
        calibration: args.calibration,
        distil: args['distil-weight'] > 0,
        training: own,
        commandLine: console.commandLine,
      };
      if (args.plan !== undefined) return writeRetrainingPlan({ store, study, options, note }, args.plan, console);
      const result = await runRetraining(store, study, options, {
        note,
        before: run => tellBefore(console, args.json, run),
        emit: trainingDisplay(console, args),
        finish: console.finish,
      });
      const status = trainingEnd(console, args.json, result);
      if (result.written) tellAfter(console, args.json, result);
      return status;
    });
  },
});

function tellBefore(console: Console, json: boolean, run: TrainingRun): void {
  const { denseTop1, beforeTop1, validationImages } = run;
  const images = `${validationImages} ${hasTestImages(run) ? 'test' : 'validation'} images`;
  if (json) jsonLine(console, { kind: 'before', run: run.id, denseTop1, beforeTop1, validationImages });
  else
    logLine(console)(
      `Before retraining ${formatPercent(beforeTop1)}, the dense model ${formatPercent(denseTop1)} of ${images}.`,
    );
}

function tellAfter(console: Console, json: boolean, { run, written }: RetrainResult): void {
  if (json || !written) return;
  const { denseTop1, beforeTop1 } = run;
  const { top1 } = written.test ?? written;
  console.out(
    `Retraining brought ${formatPoints(top1 - beforeTop1)}; ${formatPoints(top1 - denseTop1)} against the dense model.`,
  );
}
