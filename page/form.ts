/** Labelled fields. */
import { type Child, h } from './dom.ts';

export interface Choice {
  readonly value: string;
  readonly words: string;
}

const labelled = (label: string, control: HTMLElement): HTMLElement => h('label', { class: 'field' }, label, control);

export const selectField = (
  label: string,
  choices: readonly Choice[],
  value: string,
  changed: (value: string) => void,
): HTMLElement =>
  labelled(
    label,
    h(
      'select',
      { onchange: (event: Event) => changed((event.target as HTMLSelectElement).value) },
      choices.map(each => h('option', { value: each.value, selected: each.value === value }, each.words)),
    ),
  );

/** @param changed called once what was typed is done with */
export const textField = (
  label: string,
  value: string,
  changed: (value: string) => void,
  props: Readonly<Record<string, string>> = {},
): HTMLElement =>
  labelled(
    label,
    h('input', {
      type: 'text',
      value,
      ...props,
      onchange: (event: Event) => changed((event.target as HTMLInputElement).value),
    }),
  );

export const checkField = (label: Child, checked: boolean, changed: (checked: boolean) => void): HTMLElement =>
  h(
    'label',
    { class: 'check' },
    h('input', {
      type: 'checkbox',
      checked,
      onchange: (event: Event) => changed((event.target as HTMLInputElement).checked),
    }),
    label,
  );
