/** `rankfront refine`: members of the front trained further towards the dense network, without labels. */
import { UserError } from '../errors/user-error.ts';
import { frontRecord } from '../report/front/json.ts';
import { readFront } from '../study/read/read-front.ts';
import { defaultRefining, refineStudy } from '../study/refine/refine-study.ts';
import { parseDuration } from '../units/duration.ts';
import { defineCommand } from './command.ts';
import { count } from './count.ts';
import { frontPage } from './front-page.ts';
import { withStudyToWrite } from './open-study.ts';
import { jsonOption, movedOptions, storeOption, studyOption, waitOf, waitOption } from './options.ts';
import { positive } from './positive.ts';
import { studyDisplay } from './study-display.ts';

export const refine = defineCommand({
  options: {
    study: studyOption,
    store: storeOption,
    trial: { type: 'number', describe: 'Only this trial, on the front or not' },
    front: { type: 'boolean', default: false, describe: 'All members of the front, as without --trial' },
    time: {
      type: 'string',
      describe: 'How long all of it may take, such as 10m, shared by the trials [default: no limit]',
    },
    epochs: {
      type: 'number',
      default: defaultRefining.epochs,
      describe: 'How many times every calibration image is used, at most',
    },
    lr: {
      type: 'number',
      default: defaultRefining.learningRate,
      describe: 'The largest step, as a share of the size of a weight',
    },
    images: {
      type: 'number',
      describe: 'How many images to take from where the study calibrates [default: those that it calibrates with]',
    },
    restart: { type: 'boolean', default: false, describe: 'Refine again what was refined before' },
    wait: waitOption,
    ...movedOptions,
    json: { ...jsonOption, describe: 'Print one JSON line per event, for programs' },
  },
  examples: [
    ['rankfront refine --study resnet18 --time 30m', 'refine every member of the front, in half an hour'],
    ['rankfront refine --study resnet18 --trial 42', 'only trial 42'],
  ],
  run: async (args, console) => {
    const trial = count('--trial', args.trial, 1, 1);
    if (trial !== undefined && args.front)
      throw new UserError('Cannot refine: --trial and --front exclude each other.', 'Leave one of them out.');
    const options = {
      storePath: args.store,
      trial,
      timeMs: args.time === undefined ? undefined : parseDuration(args.time, '--time'),
      epochs: count('--epochs', args.epochs, 1) ?? defaultRefining.epochs,
      learningRate: positive('--lr', args.lr, defaultRefining.learningRate),
      images: count('--images', args.images, 16),
      restart: args.restart,
      waitMs: waitOf(args.wait),
      model: args.model,
      data: args.data,
      calibration: args.calibration,
    };
    return withStudyToWrite(args, console, async (study, store) => {
      const display = studyDisplay(console, args);
      const { finish, stop } = console;
      const end = await refineStudy(store, study, options, { onEvent: display.event, finish, stop }).finally(
        display.close,
      );
      const report = await readFront(store, study, 'best');
      if (display.json) console.out(JSON.stringify({ kind: 'front', ...frontRecord(report) }));
      else console.out(frontPage(report, console, args.store));
      if (finish.aborted || stop.aborted) return 130;
      return end.left === 0 ? 0 : 1;
    });
  },
});
