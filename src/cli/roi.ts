/** `rankfront roi`: whether a speed-up pays, in the user's own money. */
import { parseHardwareProfile } from '../device/profile.ts';
import { UserError } from '../errors/user-error.ts';
import type { Given } from '../money/figures.ts';
import { roiAnswer } from '../report/roi-answer.ts';
import { roiJson } from '../report/roi-json.ts';
import { roiText } from '../report/roi-text.ts';
import { pays } from '../report/roi-verdict.ts';
import type { Study } from '../store/study.ts';
import { frontOf } from '../study/read/read-front.ts';
import { atStore } from './at-store.ts';
import { type Console, defineCommand } from './command.ts';
import { withStudy } from './open-study.ts';
import { jsonOption, storeOption, studyOption } from './options.ts';
import { figureOptions, givenFigures } from './roi-inputs.ts';

export const roi = defineCommand({
  usage: 'roi [studies..]',
  summary: 'Reckon whether it pays to factorise, or to change the device; exits 1 when staying dense is best',
  positionals: {
    studies: {
      type: 'string',
      array: true,
      describe: 'Studies of one network on several devices, the device of today first; --study for one alone',
    },
  },
  options: {
    study: studyOption,
    store: storeOption,
    inputs: { type: 'string', describe: 'A YAML file with the figures; an option goes before its key' },
    json: jsonOption,
    ...figureOptions,
  },
  examples: [
    ['rankfront roi --study resnet18 --inputs roi.yaml', 'one device, every figure from a file'],
    ['rankfront roi board server --inputs roi.yaml --calls-per-day 2e6', 'two devices, at another load'],
  ],
  run: async (args, console) => {
    const named = (args.studies ?? []).map(String);
    if (named.length > 0 && args.study !== undefined)
      throw new UserError('Cannot reckon: studies are named, and --study is given.', 'Leave --study out.');
    // What was typed wrong is said before any store is looked for.
    const figuresGiven = givenFigures(args, args.inputs);
    const opened = await openStudies(named.length > 0 ? named : [args.study], args.store, console);
    const given = { ...figuresGiven, studies: opened.map(({ study }) => study.name) };
    demandOneNetwork(opened.map(({ study }) => study));
    if (opened.length > 1 && given.inputs.trial !== undefined)
      throw new UserError(
        'trial (--trial) belongs to one study, and several are named.',
        'Use devices.STUDY.trial in --inputs.',
      );
    noteUnused(given, console);
    const reckoned = roiAnswer(
      given,
      opened.map(({ study, report }) => ({ report, batch: batchOf(study) })),
    );
    const studies = reckoned.studies.map(each => ({
      ...each,
      why: atStore(each.why, each.measured.study, args.store),
    }));
    const page = { ...reckoned, studies };
    console.out(args.json ? roiJson(page) : roiText(page));
    return pays(page.answer) ? 0 : 1;
  },
});

async function openStudies(names: readonly (string | undefined)[], store: string, console: Console) {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UserError(`Study "${twice}" is named twice.`, 'Name each study once.');
  const opened = [];
  for (const study of names) {
    opened.push(
      // Confirmed figures are what `best` takes wherever there are any.
      await withStudy({ store, study }, console, async (found, _store, reading) => ({
        study: found,
        report: frontOf(reading, 'best'),
      })),
    );
  }
  return opened;
}

/** The same accuracy faster is what is priced: other networks answer otherwise. */
function demandOneNetwork([first, ...others]: readonly Study[]): void {
  const other = others.find(({ model }) => model.sha256 !== first?.model.sha256);
  if (first && other)
    throw new UserError(
      `Cannot reckon "${first.name}" against "${other.name}": expected one network, found "${first.model.path}" and "${other.model.path}".`,
      'Name studies of the same model file.',
    );
}

function noteUnused({ inputs, studies }: Given, console: Console): void {
  const unused = Object.keys(inputs.devices).filter(name => !studies.includes(name));
  if (unused.length > 0)
    console.note(`Not used: the figures under devices for ${unused.join(', ')}, which no named study is called.`);
}

const batchOf = ({ name, hardware }: Study): number =>
  parseHardwareProfile(hardware.text, `the hardware profile of "${name}"`).batchSize;
