// A README's examples: a code block is one if a comment stands before it, which names its file and says what running it shows.
//
//   <!-- example: inspect.mjs model.mnn copy.mnn; prints: Convolution -->     run with these arguments, prints this
//   <!-- example: gpu.mjs; prints with WebGPU: gpu:webgpu -->                 the same, where Node has a Vulkan driver
//   <!-- example: page.mjs; compiles -->                                      only its types are checked

const MARKED = /(?:^<!-- example: (.*) -->\n)?^```(?:js|ts)\n([\s\S]*?)^```$/gm;
const MARK = /^(\S+\.mjs)((?: \S+)*); (?:compiles|prints( with WebGPU)?: (.+))$/;

/**
 * @param {string} readme the text
 * @param {string} place its name, for errors
 * @returns {{ file: string, source: string, args: string[], webGpu: boolean, prints?: string }[]} `prints` is missing where it is not to be run
 * @throws {Error} for a block of JavaScript without a mark, since nothing would show that it rots, or with one that says nothing
 */
export function readmeExamples(readme, place) {
  return [...readme.matchAll(MARKED)].map(([, mark, source]) => {
    const first = source.split('\n', 1)[0];
    if (mark === undefined) throw new Error(`${place}: the code block "${first}" has no <!-- example: … -->`);
    const match = MARK.exec(mark);
    if (match === null)
      throw new Error(
        `${place}: expected "FILE.mjs ARGUMENTS; prints: TEXT" or "…; compiles", got "${mark}"`,
      );
    const [, file, args, webGpu, prints] = match;
    return { file, source, args: args.split(' ').filter(Boolean), webGpu: webGpu !== undefined, prints };
  });
}
