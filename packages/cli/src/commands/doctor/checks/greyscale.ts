import { imageCheck, shareOf } from '../finding.ts';

/** Grey images for a network that sees colours. */
export const greyscale = imageCheck('greyscale', ({ config: { format }, images: { used } }) => {
  if (format === 'GRAY') return [];
  const grey = used.filter((image) => image.grey);
  if (4 * grey.length < used.length) return [];
  return [
    {
      level: grey.length === used.length ? 'warning' : 'note',
      text: `${shareOf(grey.length, used.length)} are grey, the network takes ${format}`,
      advice:
        'fine if it will see grey images; else take images in colour, or activations for colours are missing',
    },
  ];
});
