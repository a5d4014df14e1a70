/** `rankfront hardware`: the hardware profiles that are built in. */
import { deviceWords, isExact } from '../device/open.ts';
import { parseHardwareProfile } from '../device/profile.ts';
import { isTestedProfile, profilePath, shippedNames, shippedPath, shippedText } from '../device/shipped.ts';
import { readText } from '../files/read.ts';
import { textTable } from '../report/text-table.ts';
import { defineCommand } from './command.ts';
import { jsonOption } from './options.ts';
import { usualProfile } from './shipped-profiles.ts';

export const hardware = defineCommand({
  positionals: { name: { type: 'string', describe: 'A profile to print, as a start for your own' } },
  options: { json: jsonOption },
  examples: [
    ['rankfront hardware', 'the names that --hardware takes, and what each is'],
    ['rankfront hardware cpu-2-threads > board.yaml', 'a copy to edit'],
  ],
  run: async (args, console) => {
    if (args.name !== undefined) {
      const path = profilePath(args.name);
      const text = readText(path, 'the hardware profile');
      if (args.json) console.out(JSON.stringify({ path, ...parseHardwareProfile(text, args.name) }, null, 2));
      else console.out(text.trimEnd());
      return 0;
    }
    const profiles = shippedNames().map(name => {
      const profile = parseHardwareProfile(shippedText(name), `${name}.yaml`);
      const { kind } = profile.driver;
      const computed = isExact(profile);
      const tested = !computed && isTestedProfile(name);
      return { name, what: profile.name, device: deviceWords(profile), driver: kind, computed, tested };
    });
    if (args.json)
      console.out(
        JSON.stringify(
          profiles.map(each => ({ ...each, path: shippedPath(each.name) })),
          null,
          2,
        ),
      );
    else {
      const usual = usualProfile();
      console.out(
        [
          ...textTable(
            [
              { header: 'name', align: 'left', cell: ({ name }) => name },
              { header: 'latency', align: 'left', cell: ({ computed }) => (computed ? 'computed' : 'timed') },
              {
                header: 'tested',
                align: 'left',
                cell: ({ computed, tested }) => (computed ? '' : tested ? 'yes' : 'no'),
              },
              { header: 'what it is', align: 'left', cell: ({ what }) => what },
            ],
            profiles,
          ),
          '',
          'timed: the device runs the models. computed: a formula with figures from data sheets and papers.',
          'tested: we have run the profile on such a device. The others follow documentation.',
          '',
          `For this machine: --hardware ${usual}. Your own: rankfront hardware ${usual} > mine.yaml`,
        ].join('\n'),
      );
    }
    return 0;
  },
});
