interface Example {
  readonly task: string;
  readonly command: string;
}

/** Runs that many people need. */
export const EXAMPLES: readonly Example[] = [
  { task: 'as the config says', command: 'mnnquant face.mnn face-int8.mnn config.json' },
  {
    task: 'a large model: two threads, samples in at most 4 GB',
    command: 'mnnquant --threads 2 --memory 4G big.mnn big-int8.mnn config.json',
  },
  {
    task: 'on the GPU, after npm i @mnnquant/tensor-gpu; what it cannot compute is an error',
    command: 'mnnquant --backend gpu --strict-backend face.mnn face-int8.mnn config.json',
  },
  {
    task: 'in a script: the summary as JSON, warnings on standard error',
    command: 'mnnquant --json face.mnn face-int8.mnn config.json >summary.json',
  },
  {
    task: 'keep what was counted',
    command: 'mnnquant --save-stats face.stats.npz face.mnn face-int8.mnn config.json',
  },
  {
    task: 'another clamp value or method, without running the network again',
    command: 'mnnquant --load-stats face.stats.npz face.mnn face-admm.mnn admm.json',
  },
  {
    task: 'and a page that says what each layer loses, and why',
    command: 'mnnquant --report report.html face.mnn face-int8.mnn config.json',
  },
  { task: 'with few words', command: 'mnnquant --quiet face.mnn face-int8.mnn config.json' },
];

/** The config of the examples, and what to change in it for other tasks. */
export const CONFIGS: readonly { readonly task: string; readonly lines: readonly string[] }[] = [
  {
    task: 'config.json, activations with KL (try this first)',
    lines: [
      '{',
      '  "format": "RGB", "mean": [127.5, 127.5, 127.5], "normal": [0.0078125, 0.0078125, 0.0078125],',
      '  "width": 320, "height": 240, "path": "photos/",',
      '  "feature_quantize_method": "KL", "weight_quantize_method": "MAX_ABS"',
      '}',
    ],
  },
  {
    task: 'activations with EMA, for values that are not centred on 0',
    lines: ['{', '  "path": "photos/", "feature_quantize_method": "EMA", "batch_size": 16', '}'],
  },
  {
    task: 'which layers lose most: a table, and face-int8.mnn.debug.json',
    lines: ['{', '  "path": "photos/", "debug": true', '}'],
  },
];

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

/** How to switch completion on. */
export const COMPLETION: readonly (Example & { readonly shell: Shell })[] = [
  { shell: 'bash', task: 'in ~/.bashrc', command: 'eval "$(mnnquant completion bash)"' },
  { shell: 'zsh', task: 'in ~/.zshrc, after compinit', command: 'eval "$(mnnquant completion zsh)"' },
  {
    shell: 'fish',
    task: 'in ~/.config/fish/config.fish',
    command: 'mnnquant completion fish | source',
  },
];

export const EXIT_CODES = 'Exit codes: 0 done, 1 failed, 2 wrong usage or config.';

/** What `--help` tells below the options. */
export function helpAfter(): string {
  const commands = EXAMPLES.map(({ task, command }) => `  # ${task}\n  ${command}`);
  const configs = CONFIGS.map(
    ({ task, lines }) => `${task}:\n${lines.map((line) => `  ${line}`).join('\n')}`,
  );
  const completion = COMPLETION.map(({ command, task }) => `  ${command.padEnd(38)} # ${task}`);
  return `
Examples:
${commands.join('\n')}

${configs.join('\n\n')}

Completion by TAB (mnnquant completion ${SHELLS.join('|')} prints a script):
${completion.join('\n')}

${EXIT_CODES} Nothing is written unless all went well.`;
}
