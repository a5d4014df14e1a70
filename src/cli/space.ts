/** `rankfront space`: writes a search space that a user can edit. */
import { parseHardwareProfile } from '../device/profile.ts';
import { proposeSpace } from '../space/propose.ts';
import { openSites } from '../study/plan.ts';
import { readText, writeAtomically } from '../workers/model-file.ts';
import { defineCommand } from './command.ts';
import { hardwareOption, jsonOption, modelOption } from './options.ts';

export const space = defineCommand({
  usage: 'space',
  summary: 'Propose a search space: which layers, which method, which ranks',
  options: {
    model: modelOption,
    hardware: hardwareOption,
    out: { type: 'string', describe: 'The file to write; standard output otherwise' },
    json: jsonOption,
  },
  examples: [
    [
      'rankfront space --model resnet18.onnx --hardware hardware-profiles/cpu-2-threads.yaml --out space.yaml',
      'write space.yaml',
    ],
  ],
  run: async (args, console) => {
    const hardware = parseHardwareProfile(readText(args.hardware, 'the hardware profile'), args.hardware);
    const { sites, rejected } = openSites(args.model, hardware);
    const yaml = proposeSpace(sites, { granularity: hardware.rankGranularity, modelName: args.model });
    if (args.json) {
      console.out(
        JSON.stringify(
          {
            space: yaml,
            sites: sites.map(({ name, kind, macs, methods }) => ({ name, kind, macs, methods })),
            rejected,
          },
          null,
          2,
        ),
      );
    } else if (!args.out) {
      console.out(yaml.trimEnd());
    }
    for (const { node, opType, reason } of rejected) console.note(`no site: ${opType} "${node}": ${reason}`);
    if (args.out) {
      writeAtomically(args.out, yaml, 'the search space');
      console.note(
        `Wrote ${args.out}. Edit it, then: rankfront search --model ${args.model} --hardware ${args.hardware} --space ${args.out} --data ...`,
      );
    }
    return 0;
  },
});
