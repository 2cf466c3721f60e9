import { part } from './dom.ts';

const SHOWN_MS = 2500;

/** Every button that copies the text of a block. */
export function startCopying(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy]'))
    button.addEventListener('click', () => copyFrom(button, part(button.dataset.copy!)));
}

/** Copies what a block shows; where the clipboard is not to be had, the text is selected. */
async function copyFrom(button: HTMLButtonElement, block: HTMLElement): Promise<void> {
  const details = block.closest('details');
  try {
    await navigator.clipboard.writeText(block.textContent);
    tell(button, 'Copied');
  } catch {
    if (details) details.open = true;
    getSelection()?.selectAllChildren(block);
    block.focus();
    tell(button, 'Selected: press Ctrl+C');
  }
}

function tell(button: HTMLButtonElement, text: string): void {
  button.dataset.label ??= button.textContent;
  button.textContent = text;
  part('announce').textContent = text;
  setTimeout(() => {
    button.textContent = button.dataset.label!;
  }, SHOWN_MS);
}
