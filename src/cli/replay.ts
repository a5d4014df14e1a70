/** `rankfront replay`: proves that every proposal of a study follows from what is stored. */
import { oneLine } from '../errors/printable.ts';
import { replay as replayStudy } from '../study/read/replay.ts';
import { defineCommand } from './command.ts';
import { computed } from './computed.ts';
import { withStudy } from './open-study.ts';
import { jsonOption, storeOption, studyOption } from './options.ts';

export const replay = defineCommand({
  options: { study: studyOption, store: storeOption, json: jsonOption },
  examples: [['rankfront replay --study resnet18', 'needs no model and no images: nothing is measured']],
  run: async (args, console) =>
    withStudy(args, console, async (study, store) => {
      const watch = {
        finish: console.finish,
        progress: (done: number, total: number) => console.progress?.(`proposals ${done}/${total}`),
      };
      const replayed = await computed(args.store, 'replay the study', () => replayStudy(store, study, watch));
      const { same, difference, unrecorded, interrupted } = replayed;
      if (args.json) console.out(JSON.stringify({ study: study.name, ...replayed }, null, 2));
      else if (difference) console.out(oneLine(difference.sentence));
      else {
        const missing = unrecorded > 0 ? ` Of ${unrecorded} others the store does not say what they came from.` : '';
        console.out(oneLine(`Study "${study.name}": ${same} proposals made again, every one the same.${missing}`));
      }
      if (interrupted) return 130;
      return difference ? 1 : 0;
    }),
});
