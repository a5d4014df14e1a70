/** `rankfront audit`: whether the accuracies of a study can be trusted. */

import { demandWritable, writeAtomically } from '../files/write.ts';
import { keptFiles } from '../host/kept-files.ts';
import { auditText } from '../report/audit/text.ts';
import { fileOfStore } from '../store/place.ts';
import { type AuditHooks, auditStudy } from '../study/audit/audit.ts';
import { fewestAudited } from '../study/audit/audit-choice.ts';
import type { ShortRetrain } from '../study/audit/audit-retrain.ts';
import { locatedModel } from '../study/build/reopen.ts';
import { type Console, defineCommand } from './command.ts';
import { count } from './count.ts';
import { withStudyToWrite } from './open-study.ts';
import { dataOf, jsonOption, movedOptions, storeOption, studyOption } from './options.ts';
import { positive } from './positive.ts';
import { stageProgress } from './stage-progress.ts';

export const audit = defineCommand({
  options: {
    study: studyOption,
    store: storeOption,
    configurations: {
      type: 'number',
      default: 20,
      describe: 'How many configurations to compare, on the front and off it',
    },
    'retrain-epochs': {
      type: 'number',
      describe: 'Also retrain them for this many epochs [default: no training; 1 with an option below]',
    },
    'retrain-minutes': {
      type: 'number',
      describe: 'Start no training after this many minutes; the next audit continues [default: no limit]',
    },
    'retrain-configurations': {
      type: 'number',
      describe: 'How many of them to retrain, spread in the same way [default: all]',
    },
    'retrain-batch': { type: 'number', default: 128, describe: 'Images per step of these trainings' },
    ...movedOptions,
    format: {
      choices: ['table', 'md', 'json'] as const,
      default: 'table' as const,
      describe: 'The format of the output',
    },
    out: { type: 'string', describe: 'The file to write [default: standard output]' },
    json: jsonOption,
  },
  examples: [
    ['rankfront audit --study resnet18', 'compare 20 configurations by closed form, proxy and held-back accuracy'],
    ['rankfront audit --study resnet18 --retrain-epochs 1 --retrain-minutes 30', 'also after a short retrain'],
  ],
  run: async (args, console) => {
    const configurations = count('--configurations', args.configurations, fewestAudited, 20) ?? fewestAudited;
    const retrain = retrainOf(args);
    return withStudyToWrite(args, console, async (study, store) => {
      const models = [args.model ?? locatedModel(study, args.store)];
      const place = { kept: keptFiles({ store: fileOfStore(args.store), models, data: dataOf(study, args) }) };
      if (args.out !== undefined) demandWritable(args.out, 'the audit', place);
      const { model, data, calibration } = args;
      const files = { storePath: args.store, model, data, calibration, commandLine: console.commandLine };
      const report = await auditStudy(store, study, { ...files, configurations, retrain }, hooksOf(console));
      if (!report) {
        console.note('Interrupted. What is measured is kept; run the same command again to go on.');
        return 130;
      }
      const format = args.json ? 'json' : args.format;
      const text = format === 'json' ? JSON.stringify(report, null, 2) : auditText(report, format);
      if (args.out === undefined) console.out(text);
      else {
        writeAtomically(args.out, `${text}\n`, 'the audit', place);
        console.note(`Wrote ${args.out}.`);
      }
      return 0;
    });
  },
});

interface RetrainArguments {
  readonly 'retrain-epochs'?: number | undefined;
  readonly 'retrain-minutes'?: number | undefined;
  readonly 'retrain-configurations'?: number | undefined;
  readonly 'retrain-batch': number;
}

/** Null where no training is asked for. */
function retrainOf(args: RetrainArguments): ShortRetrain | null {
  const epochs = count('--retrain-epochs', args['retrain-epochs'], 1, 1);
  const minutes = positive('--retrain-minutes', args['retrain-minutes']);
  const configurations = count('--retrain-configurations', args['retrain-configurations'], 1, 5);
  const batch = count('--retrain-batch', args['retrain-batch'], 1, 128);
  if (epochs === undefined && minutes === undefined && configurations === undefined) return null;
  return {
    epochs: epochs ?? 1,
    configurations: configurations ?? Number.POSITIVE_INFINITY,
    minutes: minutes ?? null,
    batch,
  };
}

const hooksOf = (console: Console): AuditHooks => ({
  note: console.note,
  stage: stageProgress(console),
  finish: console.finish,
  stop: console.stop,
});
