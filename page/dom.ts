/** Elements from plain calls. Text is always text: nothing here takes markup. */

type Listener = (event: never) => void;

/** Attributes, listeners (`onclick`), and properties that have no attribute of their own. */
export type Props = Readonly<Record<string, string | number | boolean | null | undefined | Listener>>;

export type Child = Node | string | number | null | undefined | false | readonly Child[];

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) set(element, name, value);
  append(element, children);
  return element;
}

function set(element: HTMLElement, name: string, value: Props[string]): void {
  if (value === null || value === undefined || value === false) return;
  if (typeof value === 'function') element.addEventListener(name.replace(/^on/, ''), value as EventListener);
  else if (name === 'value' || name === 'checked' || name === 'disabled' || name === 'selected')
    Object.assign(element, { [name]: value });
  else element.setAttribute(name, value === true ? '' : String(value));
}

function append(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(element, child as readonly Child[]);
    else element.append(child instanceof Node ? child : String(child));
  }
}

/** In place of whatever was in it. The keyboard stays on the control that it was on, where there is one of that name again. */
export function fill(element: Element, ...children: Child[]): void {
  const focused = document.activeElement;
  const held = focused && focused !== element && element.contains(focused) ? nameOf(focused) : null;
  element.replaceChildren();
  append(element, children);
  if (held === null) return;
  const again = [...element.querySelectorAll<HTMLElement>(focusable)].find(each => nameOf(each) === held);
  again?.focus({ preventScroll: true });
}

const focusable = 'a, button, input, select, summary, [tabindex]';

/** What a control is and what it is called; the choices of a list are none of its name. */
function nameOf(element: Element): string {
  const label = 'labels' in element ? (element.labels as NodeListOf<HTMLElement> | null)?.[0] : undefined;
  const parts = [...(label ?? element).childNodes].filter(each => !(each instanceof HTMLSelectElement));
  const words = element.getAttribute('aria-label') ?? parts.map(({ textContent }) => textContent).join('');
  return `${element.tagName} ${element.getAttribute('type')} ${words}`;
}

const svgSpace = 'http://www.w3.org/2000/svg';

export function svg(
  tag: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: Node[]
): SVGElement {
  const element = document.createElementNS(svgSpace, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}
