/** Commands that a report names, made to find the store that they are about: a report knows of no files. */
import { confirmCommand } from '../report/front/known.ts';
import { shownPlace } from '../store/place.ts';
import { storeOption } from './options.ts';

/** `text`, with the store in every command that goes on with confirming a study; as it is where the store is the usual one. */
export function atStore(text: string, study: string, store: string): string {
  if (store === (process.env.RANKFRONT_STORE || storeOption.default)) return text;
  const command = confirmCommand(study);
  return text.replaceAll(command, () => `${command} --store ${shownPlace(store)}`);
}
