/** `rankfront check`: the gate of a deployment pipeline; it needs no study. */
import { parseHardwareProfile } from '../device/profile.ts';
import { oneLine } from '../errors/printable.ts';
import { UserError } from '../errors/user-error.ts';
import { loadModel } from '../host/model-file.ts';
import { dropSentence, speedSentence } from '../report/gate.ts';
import { openSizes } from '../study/build/input-sizes.ts';
import { profileText } from '../study/build/plan.ts';
import { type GateAnswer, gate } from '../study/measure/gate.ts';
import { parseDrop } from '../units/drop.ts';
import { parseMargin } from '../units/margin.ts';
import { type Console, defineCommand, type ExitStatus } from './command.ts';
import { inputShapeOption, jsonOption, normalizeOption, sizesThatAreOpen } from './options.ts';
import { positive } from './positive.ts';
import { stageProgress } from './stage-progress.ts';

export const check = defineCommand({
  options: {
    model: { type: 'string', demandOption: true, describe: 'The model to check, an ONNX file' },
    dense: { type: 'string', demandOption: true, describe: 'The dense model, an ONNX file' },
    data: {
      type: 'string',
      demandOption: true,
      describe: 'Images, labelled or not: cifar10:DIR, folder:DIR or a dataset YAML file; all are scored',
    },
    'max-drop': { type: 'string', demandOption: true, describe: 'How much accuracy may be lost: 1pp, 0.5% or 0.01' },
    margin: { type: 'string', default: '95%', describe: 'How sure it must be that the drop keeps to --max-drop' },
    'min-speedup': {
      type: 'number',
      alias: 'min-speed-up',
      describe: 'It must also be at least this many times as fast as the dense model, on --hardware',
    },
    hardware: {
      type: 'string',
      describe: 'The hardware profile: times for --min-speedup, and says what this host scores with',
    },
    'input-shape': { ...inputShapeOption, describe: sizesThatAreOpen },
    normalize: normalizeOption,
    'accept-dense': {
      type: 'boolean',
      default: false,
      describe: 'Continue even if the dense model scores near chance',
    },
    json: { ...jsonOption, describe: 'Print only the JSON line, and no sentences on standard error' },
  },
  examples: [
    [
      'rankfront check --model fast.onnx --dense net.onnx --data folder:val --max-drop 0.5pp',
      'one JSON line; 0, 1 or 2',
    ],
    [
      'rankfront check --model fast.onnx --dense net.onnx --data folder:val --max-drop 1pp --min-speedup 1.2 --hardware cpu.yaml',
      'it must be faster, too',
    ],
  ],
  run: async (args, console) => {
    const say = args.json ? () => {} : (text: string): void => console.note(oneLine(text));
    try {
      const { hardware } = args;
      // What was typed wrong is said before any file is read.
      const minSpeedup = positive('--min-speedup', args['min-speedup']) ?? null;
      const maxDrop = parseDrop(args['max-drop'], '--max-drop');
      const margin = parseMargin(args.margin);
      const sizes = { inputShape: args['input-shape'] };
      const dense = loadModel(args.dense);
      const answer = await gate({
        model: args.model,
        dense: args.dense,
        data: args.data,
        normalize: args.normalize,
        minSpeedup,
        maxDrop,
        margin,
        hardware:
          hardware === undefined ? null : parseHardwareProfile(await profileText(hardware, dense, sizes), hardware),
        ...(hardware === undefined ? { inputShape: openSizes(dense, sizes.inputShape) } : {}),
        acceptDense: args['accept-dense'],
        warn: say,
        stage: args.json ? () => {} : stageProgress(console),
        stop: console.stop,
      });
      if (console.stop.aborted) return 130;
      return told(answer, say, console);
    } catch (error) {
      // A pipeline reads the line whatever came of it; why stands on standard error too.
      if (error instanceof UserError)
        console.out(JSON.stringify({ holds: null, error: { problem: error.problem, wayOut: error.wayOut } }));
      throw error;
    }
  },
});

function told(answer: GateAnswer, say: (text: string) => void, console: Console): ExitStatus {
  console.out(JSON.stringify(answer));
  if (answer.failure) say(`The model fails where the dense model does not: ${answer.failure.detail}.`);
  if (answer.drop) say(dropSentence(answer.drop));
  if (answer.speed) say(speedSentence(answer.speed));
  return answer.holds === 'yes' ? 0 : 1;
}
