/** `rankfront export`: a trial as an ONNX file. */

import { demandWritable, writeAtomically } from '../files/write.ts';
import { keptFiles } from '../host/kept-files.ts';
import { placeOf } from '../store/place.ts';
import { reopenStatistics } from '../study/build/calibration.ts';
import { exportTrial, requireComplete } from '../study/build/export.ts';
import { reopenPlan } from '../study/build/reopen.ts';
import { disturbedNote, latencyQualityOf } from '../study/measure/latency-quality.ts';
import { atStore } from './at-store.ts';
import { defineCommand, type ExitStatus } from './command.ts';
import { count } from './count.ts';
import { withStudy } from './open-study.ts';
import { dataOf, jsonOption, movedOptions, storeOption, studyOption } from './options.ts';

export const exportModel = defineCommand({
  usage: 'export',
  summary: 'Write the model of a trial as an ONNX file that any ONNX Runtime loads',
  options: {
    study: studyOption,
    store: storeOption,
    trial: { type: 'number', demandOption: true, describe: 'The number of the trial; 0 is the dense model' },
    out: { type: 'string', demandOption: true, describe: 'The file to write' },
    ...movedOptions,
    json: jsonOption,
  },
  examples: [['rankfront export --study resnet18 --trial 42 --out resnet18-42.onnx', 'write the model of trial 42']],
  run: async (args, console) => {
    const number = count('--trial', args.trial, 0, 1);
    return withStudy<ExitStatus>(args, console, async (study, store) => {
      const trial = requireComplete(await store.trials.get(study.id, number), number, study);
      const plan = await reopenPlan(study, args.store, args.model);
      const place = {
        kept: keptFiles({ store: placeOf(args.store).file, models: [plan.loaded.path], data: dataOf(study, args) }),
      };
      demandWritable(args.out, 'the model', place);
      const statistics = await reopenStatistics(plan, study, args, { warn: console.note });
      const correction = await store.trials.correction(trial.id);
      const bytes = await exportTrial(plan, study, trial, correction, statistics, { warn: console.note });
      writeAtomically(args.out, bytes, 'the model', place);
      const written = {
        study: study.name,
        trial: trial.number,
        out: args.out,
        bytes: bytes.length,
        macs: trial.macs,
        params: trial.params,
      };
      const note = disturbedNote(trial, study);
      if (note) console.note(atStore(note, study.name, args.store));
      if (args.json) console.out(JSON.stringify({ ...written, latencyQuality: latencyQualityOf(trial) }));
      else
        console.note(
          `Wrote ${args.out}: trial ${trial.number} of ${study.name}, ${(bytes.length / 1e6).toFixed(1)} MB.`,
        );
      return 0;
    });
  },
});
