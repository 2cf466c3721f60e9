import { listed } from '../../../listed.ts';
import { type Check, counted } from '../finding.ts';

/** Files that are no samples, and folders without any. */
export const unreadable: Check = {
  name: 'unreadable',
  find({ images, arrays }) {
    const { problem, skipped } = images ?? arrays ?? { skipped: [] };
    if (problem !== undefined) return [{ level: 'problem', text: problem }];
    if (skipped.length === 0) return [];
    const shown = skipped.map(({ name, reason }) => `${name} (${reason})`);
    return [
      {
        level: 'warning',
        text: `${counted(skipped.length, 'entry').replace(/entrys$/, 'entries')} of the folder will not be used: ${listed(shown)}`,
        advice: "repair or remove them; MNN's own tool would count the image before them once more",
      },
    ];
  },
};
