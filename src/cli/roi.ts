/** `rankfront roi`: whether a speed-up pays, in the user's own money. */
import { parseHardwareProfile } from '../device/profile.ts';
import { UserError } from '../errors/user-error.ts';
import type { Given } from '../money/figures.ts';
import { demandOneNetwork } from '../report/compare/basis.ts';
import { roiAnswer } from '../report/roi-answer.ts';
import { roiJson } from '../report/roi-json.ts';
import { roiText } from '../report/roi-text.ts';
import { pays } from '../report/roi-verdict.ts';
import type { Study } from '../store/study.ts';
import { frontOf } from '../study/read/read-front.ts';
import { atStore } from './at-store.ts';
import { type Console, defineCommand } from './command.ts';
import { openNamed, studyNames } from './named-studies.ts';
import { jsonOption, storeOption, studyOption } from './options.ts';
import { figureOptions, givenFigures } from './roi-inputs.ts';

export const roi = defineCommand({
  positionals: {
    studies: {
      type: 'string',
      array: true,
      describe: `The device of today first: ${studyNames}`,
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
    const opened = await openNamed(named.length > 0 ? named : [args.study], args.store, console);
    const given = { ...figuresGiven, studies: opened.map(({ study }) => study.name) };
    demandNamesOfTheirOwn(given.studies);
    demandOneNetwork(
      opened.map(({ study }) => ({ name: study.name, basis: study })),
      'reckon with',
    );
    if (opened.length > 1 && given.inputs.trial !== undefined)
      throw new UserError(
        'trial (--trial) belongs to one study, and several are named.',
        'Use devices.STUDY.trial in --inputs.',
      );
    noteUnused(given, console);
    const reckoned = roiAnswer(
      given,
      opened.map(({ study, reading }) => ({ report: frontOf(reading, 'best'), batch: batchOf(study) })),
    );
    const studies = reckoned.studies.map((each, at) => ({
      ...each,
      why: atStore(each.why, each.measured.study, opened[at]?.store ?? args.store),
    }));
    const page = { ...reckoned, studies };
    console.out(args.json ? roiJson(page) : roiText(page, console.columns === null));
    return pays(page.answer) ? 0 : 1;
  },
});

/** The figures of a device stand under the name of its study. */
function demandNamesOfTheirOwn(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new UserError(
      `Cannot reckon: two studies are called "${twice}", and figures are given by the name of a study.`,
      'Search or transfer one of them under another name.',
    );
}

function noteUnused({ inputs, studies }: Given, console: Console): void {
  const unused = Object.keys(inputs.devices).filter(name => !studies.includes(name));
  if (unused.length > 0)
    console.note(`Not used: the figures under devices for ${unused.join(', ')}, which no named study is called.`);
}

const batchOf = ({ name, hardware }: Study): number =>
  parseHardwareProfile(hardware.text, `the hardware profile of "${name}"`).batchSize;
