/** `rankfront transfer`: a study's front measured on another device. */
import { isDeepStrictEqual } from 'node:util';
import { parseHardwareProfile } from '../device/profile.ts';
import { profilePath } from '../device/shipped.ts';
import { oneLine } from '../errors/printable.ts';
import { UserError } from '../errors/user-error.ts';
import { readText } from '../files/read.ts';
import { basisNotes } from '../report/compare/basis.ts';
import type { DeviceStudy } from '../report/compare/device-study.ts';
import { holding } from '../report/transfer/holding.ts';
import { transferJson } from '../report/transfer/json.ts';
import { transferText } from '../report/transfer/text.ts';
import type { Store } from '../store/store.ts';
import type { Study } from '../store/study.ts';
import { deviceStudyOf } from '../study/read/device-study.ts';
import { readStudy } from '../study/read/reading.ts';
import { transfer as transferStudy } from '../study/transfer/transfer.ts';
import { atStore } from './at-store.ts';
import { type Console, defineCommand } from './command.ts';
import { count } from './count.ts';
import { openNamed } from './named-studies.ts';
import { withStudyToWrite } from './open-study.ts';
import { hardwareOption, jsonOption, movedOptions, storeOption, studyOption, waitOf, waitOption } from './options.ts';
import { stageProgress } from './stage-progress.ts';

export const transfer = defineCommand({
  options: {
    study: studyOption,
    store: storeOption,
    hardware: hardwareOption,
    as: { type: 'string', describe: 'The name of the study that is made [default: STUDY on DEVICE]' },
    trials: { type: 'number', describe: 'How many trials of the front, evenly spread [default: all]' },
    against: {
      type: 'string',
      describe: 'The own front of the device: STUDY, or STORE#STUDY [default: looked for in the store]',
    },
    wait: waitOption,
    ...movedOptions,
    json: jsonOption,
  },
  examples: [
    ['rankfront transfer --study resnet18 --hardware board.yaml', 'the front of a server, timed on a board'],
    ['rankfront transfer --study resnet18 --hardware board.yaml --trials 5 --against board18', 'five of its trials'],
  ],
  run: async (args, console) => {
    const trials = count('--trials', args.trials, 1, 5);
    const hardwareText = readText(profilePath(args.hardware), 'the hardware profile');
    return withStudyToWrite(args, console, async (from, store) => {
      const { finish, stop } = console;
      const against = args.against === undefined ? null : await ownGiven(args.against, args.store, console);
      const made = await transferStudy(
        store,
        from,
        {
          storePath: args.store,
          hardwareText,
          hardwareName: args.hardware,
          name: args.as,
          trials,
          waitMs: waitOf(args.wait),
          model: args.model,
          data: args.data,
          calibration: args.calibration,
          commandLine: console.commandLine,
        },
        { warn: console.note, done: said => console.note(oneLine(said)), stage: stageProgress(console), finish, stop },
      );
      if (finish.aborted || stop.aborted) {
        console.note('Interrupted: the same command goes on.');
        return 130;
      }
      const [there, here] = [await deviceStudy(store, from), await deviceStudy(store, made)];
      const own = against ?? (await ownIn(store, from, made));
      const report = {
        ...holding(there.report, here.report, own?.report ?? null),
        from: there,
        to: here,
        own,
        notes: own ? basisNotes([there, own]) : [],
      };
      const said = args.json ? transferJson(report) : transferText(report);
      console.out(atStore(said, made.name, args.store));
      return report.members.some(({ verdict }) => verdict === 'keep') ? 0 : 1;
    });
  },
});

const deviceStudy = async (store: Store, study: Study): Promise<DeviceStudy> =>
  deviceStudyOf(await readStudy(store, study), study.name);

async function ownGiven(name: string, store: string, console: Pick<Console, 'note'>): Promise<DeviceStudy> {
  const [opened] = await openNamed([name], store, console);
  if (!opened) throw new UserError(`Cannot find the study "${name}".`, 'See "rankfront studies".');
  return deviceStudyOf(opened.reading, opened.label);
}

/** A study of the same network with the same driver and batch that was searched there; the latest one that has a front. */
async function ownIn(store: Store, from: Study, made: Study): Promise<DeviceStudy | null> {
  const wanted = deviceIn(made);
  for (const { name } of [...(await store.studies.list())].reverse()) {
    const study = await store.studies.get(name);
    if (!study || study.id === made.id || study.id === from.id || study.strategy.name === 'transfer') continue;
    if (study.model.sha256 !== from.model.sha256 || !isDeepStrictEqual(deviceIn(study), wanted)) continue;
    const found = await deviceStudy(store, study);
    if (found.report.best.length > 1) return found;
  }
  return null;
}

/** A profile that this version cannot read is no other's device. */
function deviceIn({ hardware, name }: Study): readonly unknown[] {
  try {
    const { driver, batchSize, inputShape } = parseHardwareProfile(hardware.text, `the hardware profile of "${name}"`);
    return [driver, batchSize, inputShape];
  } catch {
    return [name];
  }
}
