/** A first look at a network, its images and a device: what a search would find, and how long it would take. */
import { deviceWords, isExact, openDevice } from '../../device/open.ts';
import { latencyBudget } from '../../device/profile.ts';
import { UserError } from '../../errors/user-error.ts';
import { scratchFolder } from '../../host/scratch-folder.ts';
import type { ImagesView, Inspection, SpeedView } from '../../report/inspection.ts';
import { dataOnce } from '../build/open-data.ts';
import { demandTimeablePlan, type Plan, planFromFiles } from '../build/plan.ts';
import { imagesView } from './images.ts';
import { networkView } from './network.ts';

export interface InspectOptions {
  /** Path of the dense model. */
  readonly model: string;
  /** As `--data` takes them; without them nothing is scored. */
  readonly data?: string | undefined;
  /** A built-in name or the path of a hardware profile. */
  readonly hardware: string;
  /** Sizes of inputs that the network leaves open, such as `input=1x3x48x320`; by default as the data has them. */
  readonly inputShape?: string | undefined;
  readonly note: (message: string) => void;
  /** What is done now, and how far it is. */
  readonly told: (what: string, done: number, total: number) => void;
}

/** @throws UserError when a search with the same files would end in one */
export async function inspect({ model, data, hardware, inputShape, note, told }: InspectOptions): Promise<Inspection> {
  const opened = data === undefined ? undefined : dataOnce(data, undefined);
  const sizes = { inputShape, data: opened, note };
  const plan = await planFromFiles(model, undefined, hardware, undefined, sizes);
  demandTimeablePlan(plan);
  const network = networkView(plan, plan.hardware);
  let images: ImagesView | null = null;
  if (data !== undefined && opened) {
    const dataset = await opened();
    images = await imagesView(plan, data, dataset, (done, total) => told('normalisations', done, total));
  }
  told('latency of the dense model', 0, 1);
  const speed = await speedView(plan, note);
  told('latency of the dense model', 1, 1);
  return { network, images, speed };
}

/** The dense model against itself, as a trial is measured, without waiting for a quiet machine. */
async function speedView({ hardware, loaded }: Plan, note: (message: string) => void): Promise<SpeedView> {
  const scratch = scratchFolder();
  try {
    const device = await openDevice(hardware, { scratchDir: scratch.path, onWait: note });
    try {
      const timed = await device.latency(loaded, loaded, { ...latencyBudget(hardware, 0), waitMs: 0 });
      if (timed.state === 'failed')
        throw new UserError(
          `Cannot measure "${loaded.path}": ${timed.detail}.`,
          'Check the model and the hardware profile: rankfront doctor --hardware H.',
        );
      const { referenceMs, quality, wallMs } = timed.value;
      return {
        device: deviceWords(hardware),
        computed: isExact(hardware),
        denseMs: referenceMs,
        disturbed: quality === 'disturbed',
        latencyWallMs: wallMs,
      };
    } finally {
      await device.close();
    }
  } finally {
    scratch.remove();
  }
}
