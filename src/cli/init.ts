/** `rankfront init`: looks at a network, its images and this machine, and writes the settings of a search. */
import { existsSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { normalizations } from '../data/normalize.ts';
import { UserError } from '../errors/user-error.ts';
import { demandWritable, writeAtomically } from '../files/write.ts';
import { keptFiles } from '../host/kept-files.ts';
import { type Inspection, trialsIn } from '../report/inspection.ts';
import { inspectionText, normalisationLine } from '../report/inspection-text.ts';
import { modelBaseName } from '../study/build/plan.ts';
import { inspect } from '../study/inspect/inspect.ts';
import { defineCommand } from './command.ts';
import { inputShapeOption, jsonOption, storeOption } from './options.ts';
import { settingsName } from './settings/schema.ts';
import { settingsText } from './settings/write.ts';
import { usualProfile } from './shipped-profiles.ts';

export const init = defineCommand({
  positionals: { model: { type: 'string', demandOption: true, describe: 'The dense model, an ONNX file' } },
  options: {
    data: { type: 'string', describe: 'Images or ready inputs, as --data of search takes them' },
    hardware: {
      type: 'string',
      describe: 'The hardware profile: a built-in name or a YAML file [default: the CPU of this machine]',
    },
    'input-shape': inputShapeOption,
    out: { type: 'string', default: settingsName, describe: 'The settings file to write' },
    force: { type: 'boolean', default: false, describe: 'Replace a settings file that is there' },
    json: jsonOption,
  },
  examples: [['rankfront init resnet18.onnx --data folder:val', 'look at all three, and write rankfront.yaml']],
  run: async (args, console) => {
    const { model, data, out, 'input-shape': inputShape } = args;
    const hardware = args.hardware ?? usualProfile();
    if (existsSync(out) && !args.force)
      throw new UserError(`"${out}" is there already.`, 'Add --force to replace it, or give another file with --out.');
    const place = { kept: keptFiles({ models: [model], data: [data], hardware }) };
    demandWritable(out, 'the settings', place);
    const told = (what: string, done: number, total: number): void => console.progress?.(`${what} ${done}/${total}`);
    const found = await inspect({ model, data, hardware, inputShape, note: console.note, told });
    writeAtomically(out, textOf({ model, data, hardware, inputShape, out }, found), 'the settings', place);
    if (args.json) {
      console.out(JSON.stringify({ ...found, trialsInANight: trialsIn(found, nightMs), settings: out }, null, 2));
      return 0;
    }
    console.out(inspectionText(found));
    const search = `rankfront search${out === settingsName ? '' : ` --config ${out}`}`;
    console.out(
      data === undefined
        ? `\nWrote ${out}. Write your images into it under data, then: ${search}`
        : `\nWrote ${out}. Look at it, then: ${search}`,
    );
    return 0;
  },
});

const schemaFile = fileURLToPath(new URL('../../docs/schemas/settings.schema.json', import.meta.url));
const nightMs = 8 * 3_600_000;

function textOf(
  given: {
    readonly model: string;
    readonly data: string | undefined;
    readonly hardware: string;
    readonly inputShape: string | undefined;
    readonly out: string;
  },
  found: Inspection,
): string {
  const { model, data, hardware, inputShape, out } = given;
  const night = trialsIn(found, nightMs);
  const normalize = normalizations.find(name => name === found.images?.normalize);
  return settingsText(
    {
      model,
      hardware,
      study: modelBaseName(model),
      store: storeOption.default,
      time: '8h',
      ...(data === undefined ? {} : { data }),
      ...(inputShape === undefined ? {} : { inputShape }),
      ...(normalize === undefined ? {} : { normalize }),
    },
    relative(dirname(resolve(out)), schemaFile)
      .split(sep)
      .join('/'),
    {
      ...(night === null ? {} : { time: [`About ${night} trials fit in 8 hours on this machine.`] }),
      ...(found.images === null ? {} : { normalize: [normalisationLine(found.images)] }),
    },
  );
}
