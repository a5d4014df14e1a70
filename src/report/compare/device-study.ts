/** One study among those that are compared: a network on one device, as plain data. */
import type { EnergyRecord } from '../../store/observation.ts';
import type { Study } from '../../store/study.ts';
import type { FrontReport } from '../front/front.ts';

/** What of a study says whether its figures can be set beside another's. */
export type StudyBasis = Pick<Study, 'model' | 'data' | 'proxy' | 'calibration'>;

export interface DeviceStudy {
  /** How it is called here, each by a name of its own. */
  readonly name: string;
  /** With the best figures there are. */
  readonly report: FrontReport;
  readonly basis: StudyBasis;
  readonly device: {
    /** As the hardware profile calls it. */
    readonly name: string;
    /** `onnxruntime cpu, 2 threads, batch 1`; empty where the profile cannot be read. */
    readonly words: string;
    /** Inferences in one run of the network. */
    readonly batch: number;
    /** In the currency of whoever wrote the profile. */
    readonly pricePerHour: number | null;
    /** Under load. */
    readonly powerWatts: number | null;
  };
  /** Sites in the order of the network. */
  readonly sites: readonly string[];
  /** By trial on the front: where its rung is on the ladder of each site, from 0, the cheapest, to 1, dense. */
  readonly places: ReadonlyMap<number, readonly number[]>;
  /** By trial, where the driver measured it: the confirmed one before that of the search. */
  readonly energy: ReadonlyMap<number, EnergyRecord>;
}
