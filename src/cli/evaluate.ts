/** `rankfront evaluate`: measures what another tuner proposes. */
import { UserError } from '../errors/user-error.ts';
import { denseConfiguration } from '../space/configuration.ts';
import { type Evaluator, openEvaluator } from '../study/measure/evaluate.ts';
import { answerRecord, parseRequest, problemRecord } from '../study/measure/evaluate-lines.ts';
import { type Console, defineCommand } from './command.ts';
import { count } from './count.ts';
import { problemOf, problemOptions, problemSettings } from './options.ts';
import { stageProgress } from './stage-progress.ts';

export const evaluate = defineCommand({
  settings: [...problemSettings, 'seed'],
  options: {
    ...problemOptions,
    stdin: { type: 'boolean', default: false, describe: 'Read requests from standard input, one JSON object per line' },
    images: {
      type: 'number',
      describe: 'How many images score every candidate [default: 1,000, or half of the images if fewer]',
    },
    seed: { type: 'number', default: 0, describe: 'Seed that chooses the images and the order of timed calls' },
  },
  examples: [
    [
      'my-tuner | rankfront evaluate --stdin --model net.onnx --data folder:val --hardware cpu.yaml',
      'one request per line: {"id": 1, "configuration": [3, 0, 7]}',
    ],
  ],
  run: async (args, console) => {
    if (!args.stdin)
      throw new UserError(
        'Cannot evaluate: expected requests on standard input, found no --stdin.',
        'Add --stdin and write one JSON object per line, such as {"id": 1, "configuration": [3, 0, 7]}.',
      );
    const evaluator = await openEvaluator({
      ...problemOf(args),
      seed: count('--seed', args.seed, 0),
      images: count('--images', args.images, 1),
      warn: console.note,
      onStage: stageProgress(console),
    });
    const abort = (): void => void evaluator.close();
    console.stop.addEventListener('abort', abort);
    try {
      await serve(evaluator, console);
    } finally {
      console.stop.removeEventListener('abort', abort);
      await evaluator.close();
    }
    return console.finish.aborted ? 130 : 0;
  },
});

/** Answers line by line until the input ends or Ctrl-C; a request under way is finished first. */
async function serve(evaluator: Evaluator, console: Console): Promise<void> {
  const { plan, instruments } = evaluator;
  const say = (record: object): void => console.out(JSON.stringify(record));
  const dense = await evaluator.evaluate(denseConfiguration(plan.space));
  if (dense.state === 'failed')
    throw new UserError(
      `Cannot evaluate the dense model: ${dense.detail}.`,
      'Check that it runs on this device: rankfront profile.',
    );
  say(
    problemRecord({
      space: plan.space,
      model: plan.loaded,
      device: plan.hardware.name,
      images: instruments.scorer.proxyIndices.length,
      accuracy: instruments.scorer.objective,
      dense,
    }),
  );
  for await (const line of console.lines()) {
    if (line.trim() === '') continue;
    const request = parseRequest(line, plan.space);
    if (request.kind === 'malformed') say({ id: request.id, error: request.error });
    else say(answerRecord(request.id, await evaluator.evaluate(request.configuration)));
  }
}
