/** `rankfront train`: trains a network, from its weights or from fresh ones. */
import { UserError } from '../errors/user-error.ts';
import { train as runTraining } from '../train/loop/train.ts';
import { defineCommand } from './command.ts';
import { modelOption } from './options.ts';
import { positive } from './positive.ts';
import { trainingDisplay, trainingEnd } from './training-display.ts';
import { demandProvider, epochsOf, trainingOptions, trainRequest } from './training-options.ts';

export const train = defineCommand({
  options: {
    model: { ...modelOption, describe: 'The network to train, an ONNX file' },
    fresh: {
      type: 'boolean',
      default: false,
      describe: 'Start from new random weights, not from the weights in the file',
    },
    data: {
      type: 'string',
      demandOption: true,
      describe: 'Labelled images: cifar10:DIR, folder:DIR, imagenet:DIR, shapes:SEED or a dataset YAML',
    },
    epochs: { type: 'number', default: 30, describe: 'How many times every training image is used' },
    lr: { type: 'number', describe: 'The largest learning rate [default: 0.1 with --fresh, else 0.01; adamw 0.001]' },
    'label-smoothing': {
      type: 'number',
      default: 0.1,
      describe: 'Share of each label that is spread over all classes',
    },
    distil: { type: 'string', describe: 'A teacher network whose scores are matched too, an ONNX file' },
    'distil-weight': { type: 'number', describe: "Weight of the teacher's scores in the loss [default: 0.5]" },
    temperature: { type: 'number', describe: 'Temperature of the distillation [default: 4]' },
    ...trainingOptions,
  },
  examples: [
    [
      'rankfront train --model net.onnx --fresh --data cifar10:cifar --epochs 30 --out trained.onnx',
      'train from scratch',
    ],
    ['rankfront train --model net.onnx --data folder:mine --epochs 5 --out tuned.onnx', 'fine-tune on your own images'],
  ],
  run: async (args, console) => {
    const usual = args.optimiser === 'adamw' ? 0.001 : args.fresh ? 0.1 : 0.01;
    for (const name of ['distil-weight', 'temperature'] as const)
      if (args.distil === undefined && args[name] !== undefined)
        throw new UserError(
          `--${name}: there is no network whose scores are matched.`,
          `Give it with --distil, or leave out --${name}.`,
        );
    const request = trainRequest(args, {
      model: args.model,
      fresh: args.fresh,
      teacher: args.distil ?? null,
      data: args.data,
      epochs: epochsOf(args.epochs),
      learningRate: positive('--lr', args.lr ?? usual, 0.01),
      rewindEpochs: null,
      labelSmoothing: args['label-smoothing'],
      distillationWeight: args['distil-weight'] ?? 0.5,
      temperature: args.temperature ?? 4,
    });
    await demandProvider(args);
    const result = await runTraining(request, trainingDisplay(console, args), console.finish);
    return trainingEnd(console, args.json, result);
  },
});
