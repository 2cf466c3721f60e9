import { describe, expect, test } from 'vitest';
import { dependencyProblems } from '../dependencies.mjs';
import { readmeExamples } from '../packages/examples.mjs';

describe("a README's examples", () => {
  const block = (mark, body) => `Text.\n\n${mark}\`\`\`js\n${body}\n\`\`\`\n`;

  test('come with their file, arguments and what they print', () => {
    const readme = `${block('<!-- example: run.mjs a.mnn b.mnn; prints: ops run: 3; done -->\n', 'run();\n\nend();')}
\`\`\`sh
npm i
\`\`\`

${block('<!-- example: gpu.mjs; prints with WebGPU: gpu:webgpu -->\n', 'gpu();')}
${block('<!-- example: page.mjs; compiles -->\n', 'page();')}`;
    expect(readmeExamples(readme, 'README.md')).toEqual([
      {
        file: 'run.mjs',
        source: 'run();\n\nend();\n',
        args: ['a.mnn', 'b.mnn'],
        webGpu: false,
        prints: 'ops run: 3; done',
      },
      { file: 'gpu.mjs', source: 'gpu();\n', args: [], webGpu: true, prints: 'gpu:webgpu' },
      { file: 'page.mjs', source: 'page();\n', args: [], webGpu: false, prints: undefined },
    ]);
  });

  test('cannot be without a mark, or with one that says nothing', () => {
    expect(() => readmeExamples(block('', 'run();'), 'README.md')).toThrow(
      'README.md: the code block "run();" has no',
    );
    expect(() => readmeExamples(block('<!-- example: run.mjs -->\n', 'run();'), 'README.md')).toThrow(
      'README.md: expected "FILE.mjs ARGUMENTS; prints: TEXT" or "…; compiles", got "run.mjs"',
    );
  });
});

describe('the page of dependencies', () => {
  const page =
    '| Package | Version |\n|---|---|\n| zod | 4.0.0 | checks |\n| @types/node | 20.1.0 | types |\n';

  test('has what package.json files name, in that version', () => {
    const manifest = {
      dependencies: { zod: '4.0.0', '@mnnquant/graph': 'workspace:*' },
      devDependencies: { '@types/node': '20.1.0' },
    };
    expect(dependencyProblems([['package.json', manifest]], page)).toEqual([]);
  });

  test('lacks one, has another version, has one too many', () => {
    const manifest = { optionalDependencies: { webgpu: '0.6.2' }, peerDependencies: { zod: '4.1.0' } };
    expect(dependencyProblems([['a/package.json', manifest]], page)).toEqual([
      expect.stringMatching(/^a\/package\.json: webgpu 0\.6\.2 has no row in/),
      expect.stringMatching(/^a\/package\.json: zod 4\.1\.0 is 4\.0\.0 in/),
      'docs/dependencies.md: no package.json names @types/node',
    ]);
  });
});
