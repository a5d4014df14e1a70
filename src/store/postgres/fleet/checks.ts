/** How the devices of a class did on the same models, device by device. */
import type { Selectable } from 'kysely';
import type { CheckStore, DeviceCheck } from '../../fleet.ts';
import { countWrite } from '../../sql/counters.ts';
import type { StoreSession } from '../../sql/session.ts';
import { type DeviceChecksTable, type FleetDatabase, readFleet, withFleet } from './tables.ts';

export function sqlChecks({ read, write, now }: StoreSession): CheckStore {
  const rowsOf = (db: ReturnType<typeof readFleet>, studyId: number) =>
    db
      .selectFrom('device_checks')
      .selectAll()
      .where('study_id', '=', studyId)
      .orderBy('checked_at_ms')
      .orderBy('lane')
      .execute();
  return {
    list: async studyId =>
      (await read('read what devices were compared by', db => rowsOf(readFleet(db), studyId))).map(checkOf),
    keep: (studyId, check, judge) =>
      write('store what a device was compared by', async trx => {
        // Two devices that come at once are judged one after the other.
        await countWrite(trx, studyId);
        const db = withFleet(trx);
        const before = (await rowsOf(db, studyId)).map(checkOf);
        const known = before.find(({ lane }) => lane === check.lane);
        if (known) return known;
        const judged = { ...check, ...judge(before) };
        await db
          .insertInto('device_checks')
          .values({ study_id: studyId, checked_at_ms: now(), ...columnsOf(judged) })
          .execute();
        return judged;
      }),
  };
}

const columnsOf = (check: DeviceCheck): Omit<FleetDatabase['device_checks'], 'study_id' | 'checked_at_ms'> => ({
  lane: check.lane,
  device_class: check.deviceClass,
  worker: check.worker,
  dense_ms: check.denseMs,
  probes: JSON.stringify(check.probes),
  agrees: check.agrees ? 1 : 0,
  detail: check.detail,
});

const checkOf = (row: Selectable<DeviceChecksTable>): DeviceCheck => ({
  lane: row.lane,
  deviceClass: row.device_class,
  worker: row.worker,
  denseMs: row.dense_ms,
  probes: JSON.parse(row.probes) as DeviceCheck['probes'],
  agrees: row.agrees === 1,
  detail: row.detail,
});
