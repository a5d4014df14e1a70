/** Between rows of studies and the records of the interface. */
import type { Insertable, Selectable } from 'kysely';
import type { NewStudy, Study, StudyCalibration, StudyState } from '../study.ts';
import { withoutPasswords } from '../without-passwords.ts';
import { oneOf, recordIn, textsIn, wholeWithin } from './columns.ts';
import type { StudiesTable } from './schema.ts';

export function studyRow(study: NewStudy, now: number): Insertable<StudiesTable> {
  return {
    name: study.name,
    state: 'searching',
    created_at_ms: now,
    model_path: study.model.path,
    model_sha256: study.model.sha256,
    space_text: study.space.text,
    space_sha256: study.space.sha256,
    hardware_text: study.hardware.text,
    hardware_sha256: study.hardware.sha256,
    data_spec: study.data.spec,
    data_sha256: study.data.sha256,
    normalisation: study.data.normalisation,
    transform: study.data.transform,
    proxy_images: study.proxy.images,
    proxy_seed: study.proxy.seed,
    objectives: JSON.stringify(study.objectives),
    seed: study.seed,
    strategy_name: study.strategy.name,
    strategy_options: JSON.stringify(study.strategy.options),
    package_version: study.packageVersion,
    command_line: JSON.stringify(study.commandLine.map(withoutPasswords)),
    dense_macs: study.dense.macs,
    dense_params: study.dense.params,
    calibration: study.calibration ? JSON.stringify(study.calibration) : null,
  };
}

export const studyStates: readonly StudyState[] = ['searching', 'confirming', 'complete', 'stopped'];

export const studyOf = (row: Selectable<StudiesTable>): Study =>
  wholeWithin({
    id: row.id,
    name: row.name,
    state: oneOf(row.state, studyStates),
    createdAtMs: row.created_at_ms,
    model: { path: row.model_path, sha256: row.model_sha256 },
    space: { text: row.space_text, sha256: row.space_sha256 },
    hardware: { text: row.hardware_text, sha256: row.hardware_sha256 },
    data: {
      spec: row.data_spec,
      sha256: row.data_sha256,
      normalisation: row.normalisation,
      transform: row.transform,
    },
    proxy: { images: row.proxy_images, seed: row.proxy_seed },
    objectives: textsIn(row.objectives),
    seed: row.seed,
    strategy: { name: row.strategy_name, options: recordIn(row.strategy_options) },
    packageVersion: row.package_version,
    commandLine: textsIn(row.command_line),
    dense: { macs: row.dense_macs, params: row.dense_params },
    ...(row.calibration === null ? {} : { calibration: recordIn<StudyCalibration>(row.calibration) }),
  });
