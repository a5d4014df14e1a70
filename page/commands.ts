/** Commands about a trial, to copy into a terminal. */
import { shellWord } from '../src/report/shell-word.ts';
import { h } from './dom.ts';
import type { ViewContext } from './view.ts';

interface About {
  readonly study: string;
  readonly store: string;
  readonly trial: number;
}

export interface NamedCommand {
  readonly name: string;
  readonly text: string;
}

/** The dense model cannot be retrained: it has no factors. */
export function trialCommands({ study, store, trial }: About): readonly NamedCommand[] {
  const which = `--study ${shellWord(study)} --store ${shellWord(store)} --trial ${trial}`;
  const file = (kind: string): string => shellWord(`${study.replaceAll(/[^\w.-]+/g, '-')}-${trial}${kind}.onnx`);
  return [
    { name: 'Export', text: `rankfront export ${which} --out ${file('')}` },
    ...(trial === 0 ? [] : [{ name: 'Retrain', text: `rankfront retrain ${which} --out ${file('-retrained')}` }]),
    { name: 'Verify', text: `rankfront verify ${which}` },
  ];
}

export const commandList = (commands: readonly NamedCommand[], context: ViewContext): HTMLElement =>
  h(
    'ul',
    { class: 'commands' },
    commands.map(({ name, text }) =>
      h(
        'li',
        {},
        h(
          'button',
          { type: 'button', onclick: (event: Event) => void copy(event, name, text, context) },
          `Copy: ${name.toLowerCase()}`,
        ),
        h('code', {}, text),
      ),
    ),
  );

async function copy(event: Event, name: string, text: string, { announce }: ViewContext): Promise<void> {
  const button = event.currentTarget as HTMLButtonElement;
  const copied = (await written(text)) ? 'Copied' : 'Could not copy';
  announce(`${copied}: ${name}`);
  const before = button.textContent;
  if (before === copied) return;
  button.textContent = copied;
  setTimeout(() => {
    button.textContent = before;
  }, 1500);
}

/** Over plain HTTP browsers only lend the clipboard to pages of this machine; the old way works elsewhere. */
async function written(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = h('textarea', { class: 'unseen', value: text });
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}
