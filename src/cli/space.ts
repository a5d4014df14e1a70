/** `rankfront space`: writes a search space that a user can edit. */
import { parseHardwareProfile } from '../device/profile.ts';
import { profilePath } from '../device/shipped.ts';
import { readText } from '../files/read.ts';
import { demandWritable, writeAtomically } from '../files/write.ts';
import { keptFiles } from '../host/kept-files.ts';
import { notesOf } from '../study/build/model-notes.ts';
import { openSites, proposedSpace } from '../study/build/plan.ts';
import { defineCommand } from './command.ts';
import { hardwareOption, jsonOption, modelOption } from './options.ts';

export const space = defineCommand({
  settings: ['model', 'hardware'],
  options: {
    model: modelOption,
    hardware: hardwareOption,
    out: { type: 'string', describe: 'The file to write [default: standard output]' },
    json: jsonOption,
  },
  examples: [
    [
      'rankfront space --model resnet18.onnx --hardware cpu-2-threads --out space.yaml',
      'write a search space that you can edit',
    ],
  ],
  run: async (args, console) => {
    const place = { kept: keptFiles({ models: [args.model], hardware: args.hardware }) };
    if (args.out !== undefined) demandWritable(args.out, 'the search space', place);
    const hardware = parseHardwareProfile(readText(profilePath(args.hardware), 'the hardware profile'), args.hardware);
    const found = await openSites(args.model, hardware);
    const { sites, rejected, outputs } = found;
    for (const note of notesOf(found)) console.note(note);
    const yaml = proposedSpace(found, hardware);
    if (args.json) {
      console.out(
        JSON.stringify(
          {
            space: yaml,
            sites: sites.map(({ name, kind, macs, methods }) => ({ name, kind, macs, methods })),
            rejected,
            outputs,
          },
          null,
          2,
        ),
      );
    } else if (args.out === undefined) {
      console.out(yaml.trimEnd());
    }
    if (args.out !== undefined) {
      writeAtomically(args.out, yaml, 'the search space', place);
      console.note(
        `Wrote ${args.out}. Edit it, then: rankfront search --model ${args.model} --hardware ${args.hardware} --space ${args.out} --data ...`,
      );
    }
    return 0;
  },
});
