/** `rankfront worker`: works on the trials of searches that share a PostgreSQL store. */
import { randomBytes } from 'node:crypto';
import { openDevice } from '../device/open.ts';
import { parseHardwareProfile } from '../device/profile.ts';
import { profilePath } from '../device/shipped.ts';
import { UserError } from '../errors/user-error.ts';
import { openFleet } from '../fleet/open.ts';
import { takeSeat } from '../fleet/seat.ts';
import { laneHere, wordsOf } from '../fleet/words.ts';
import { runWorker } from '../fleet/worker.ts';
import { closeAll } from '../host/close-all.ts';
import { readText } from '../host/model-file.ts';
import { scratchFolder } from '../host/scratch-folder.ts';
import { type Role, roles } from '../store/fleet.ts';
import { absentDevice } from '../study/work/absent-device.ts';
import { studyBench } from '../study/work/bench.ts';
import { demandOwnVersion } from '../study/work/versions.ts';
import { parseDuration } from '../units/duration.ts';
import { defineCommand } from './command.ts';
import { hardwareOption, movedOptions, storeOption, waitOf, waitOption } from './options.ts';

/** The exit status of a worker whose device is not itself any more: whatever starts it again is to let it be. */
const stayOut = 3;

export const worker = defineCommand({
  options: {
    store: storeOption,
    hardware: hardwareOption,
    roles: {
      type: 'string',
      default: roles.join(','),
      describe: 'What to do here: build candidates, time them (latency), score them (accuracy)',
    },
    name: { type: 'string', describe: 'What this worker is called in lists [default: a random one]' },
    device: {
      type: 'string',
      describe: 'A name for the device that is timed: workers with the same one take turns [default: this machine]',
    },
    scratch: { type: 'string', describe: 'Folder for temporary files [default: the folder of the system]' },
    wait: waitOption,
    limit: { type: 'string', default: '2h', describe: 'How long one trial may take before this worker ends' },
    'idle-end': { type: 'string', describe: 'End after this time without work, such as 10m [default: never]' },
    ...movedOptions,
  },
  examples: [
    ['rankfront worker --store postgres://me@host/studies --hardware board.yaml', 'measure here for all searches'],
    ['rankfront worker --store postgres://me@host/studies --hardware cpu-2-threads --roles accuracy', 'score only'],
  ],
  run: async (args, console) => {
    if (args.scratch !== undefined) process.env.RANKFRONT_SCRATCH = args.scratch;
    const able = rolesOf(args.roles);
    const profile = parseHardwareProfile(readText(profilePath(args.hardware), 'the hardware profile'), args.hardware);
    const limitMs = parseDuration(args.limit, '--limit');
    const idleEndMs = args['idle-end'] === undefined ? undefined : parseDuration(args['idle-end'], '--idle-end');
    const { finish, stop, note } = console;
    const fleet = await openFleet(args.store, { onWaiting: note });
    const closers: (() => unknown)[] = [() => fleet.close()];
    try {
      const name = args.name ?? `worker-${randomBytes(3).toString('hex')}`;
      const words = wordsOf(profile, name, able, args.device ?? laneHere(profile), null);
      await demandOwnVersion(fleet, words);
      const seat = await takeSeat(fleet.workers, words, { leaseMs: fleet.leaseMs, note, finish });
      if (!seat) return 130;
      closers.push(() => seat.leave());
      const scratch = scratchFolder();
      closers.push(scratch.remove);
      const device = able.includes('latency')
        ? await openDevice(profile, { scratchDir: scratch.path, onWait: note })
        : absentDevice(profile);
      closers.push(() => device.close());
      const by = { worker: name, deviceClass: words.deviceClass, device: words.lane };
      const moved = { model: args.model, data: args.data, calibration: args.calibration };
      const waitMs = waitOf(args.wait);
      const bench = studyBench({ fleet, place: args.store, device, roles: able, by, waitMs, moved, note });
      closers.push(() => bench.close());
      note(`Worker "${name}" on ${words.device}, class ${words.deviceClass}: ${able.join(', ')}. Ctrl-C ends it.`);
      const options = { fleet, seat, bench, note, finish, stop, limitMs, idleEndMs };
      const end = await runWorker({
        ...options,
        stored: ({ trial, station }, { kind }) =>
          console.out(`trial ${trial.number} ${kind === 'finished' ? 'finished' : `handed on after ${station.role}`}`),
      });
      if (end.kind === 'told') return 0;
      note(`Worker "${name}" takes itself out: ${end.why}.`);
      return end.again ? 1 : stayOut;
    } finally {
      await closeAll(closers, note);
    }
  },
});

const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text);

function rolesOf(text: string): readonly Role[] {
  const named = text.split(',').map(each => each.trim());
  const wrong = named.find(each => !isRole(each));
  if (wrong !== undefined)
    throw new UserError(
      `Cannot work as "${wrong}": --roles expects ${roles.join(', ')}.`,
      'Give some of them, with commas between.',
    );
  return roles.filter(role => named.includes(role));
}
