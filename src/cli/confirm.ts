/** `rankfront confirm`: measures the front again on images that the search never saw, as the end of a search does. */
import { frontRecord } from '../report/front/json.ts';
import { readFront } from '../study/read/read-front.ts';
import { confirmStudy } from '../study/search/confirm-study.ts';
import { parseDuration } from '../units/duration.ts';
import { defineCommand } from './command.ts';
import { count } from './count.ts';
import { frontPage } from './front-page.ts';
import { withStudyToWrite } from './open-study.ts';
import { jsonOption, movedOptions, storeOption, studyOption, waitOf, waitOption } from './options.ts';
import { studyDisplay } from './study-display.ts';

export const confirm = defineCommand({
  options: {
    study: studyOption,
    store: storeOption,
    trial: { type: 'number', describe: 'Only this trial [default: all that are not confirmed, or were disturbed]' },
    time: { type: 'string', describe: 'Start no measurement after this time, such as 20m [default: no limit]' },
    wait: waitOption,
    ...movedOptions,
    json: { ...jsonOption, describe: 'Print one JSON line per event, for programs' },
  },
  examples: [
    [
      'rankfront confirm --study resnet18',
      'what a search left, and what a busy machine disturbed; the recommended point first',
    ],
    ['rankfront confirm --study resnet18 --trial 42', 'only trial 42'],
  ],
  run: async (args, console) => {
    const trial = count('--trial', args.trial, 0, 1);
    const timeMs = args.time === undefined ? undefined : parseDuration(args.time, '--time');
    return withStudyToWrite(args, console, async (study, store) => {
      const display = studyDisplay(console, args);
      const { model, data, calibration } = args;
      const { finish, stop } = console;
      const end = await confirmStudy(
        store,
        study,
        { storePath: args.store, trial, timeMs, waitMs: waitOf(args.wait), model, data, calibration },
        {
          onEvent: display.event,
          finish,
          stop,
        },
      ).finally(display.close);
      const report = await readFront(store, study, 'best');
      if (display.json) console.out(JSON.stringify({ kind: 'front', ...frontRecord(report) }));
      else console.out(frontPage(report, console, args.store));
      if (finish.aborted || stop.aborted) return 130;
      return end.left === 0 ? 0 : 1;
    });
  },
});
