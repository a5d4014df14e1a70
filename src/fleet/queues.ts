/** Which bells a trial rings, by what is done with it next. */
import type { Role, Station } from '../store/fleet.ts';

/** A latency is for whoever has a device of the class; a worker of another version hears none of these. */
export function stationOf(
  role: Role,
  studyId: number,
  rest: Pick<Station, 'deviceClass' | 'version' | 'pruning'>,
): Station {
  const { deviceClass, version, pruning } = rest;
  const place = role === 'latency' ? `${deviceClass}/study-${studyId}` : `study-${studyId}`;
  return { role, queue: `${role}/${place}/${version}`.replaceAll(/[^\w./-]/g, '_'), deviceClass, version, pruning };
}
