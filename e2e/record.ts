// Records a page as an animated GIF: a screenshot whenever the page looks different, and in each frame only what has changed.
import { writeFileSync } from "node:fs";
import gifenc from "gifenc";
import type { Page } from "playwright";
import { PNG } from "pngjs";

const colours = 63; // the page is flat; one more colour says "as before"
const interval = 250;
const leave = 1; // what a frame does not touch stays (GIF89a, disposal method 1)
const lastFrame = 2_500; // the loop rests on the last frame for this long

/** Records the page until `script` has ended, and writes the file. */
export async function record(page: Page, file: string, script: () => Promise<void>): Promise<void> {
  const shots: { at: number; png: Buffer }[] = [];
  const ended = new AbortController();
  const recording = (async () => {
    while (!ended.signal.aborted) {
      const png = await page.screenshot({ animations: "disabled", caret: "hide" });
      if (!shots.at(-1)?.png.equals(png)) shots.push({ at: Date.now(), png });
      await page.waitForTimeout(interval);
    }
  })();
  await script();
  ended.abort();
  await recording;

  const gif = gifenc.GIFEncoder();
  const images = shots.map(({ png }) => PNG.sync.read(png));
  const { width, height } = images[0]!;
  const palette = gifenc.quantize(images.at(-1)!.data, colours);
  const unchanged = palette.length;
  let before: Uint8Array | undefined;
  for (const [i, { data }] of images.entries()) {
    const pixels = gifenc.applyPalette(data, palette);
    const changed = pixels.map((pixel, at) => (before?.[at] === pixel ? unchanged : pixel));
    const delay = i + 1 < shots.length ? shots[i + 1]!.at - shots[i]!.at : lastFrame;
    const frame = { delay, transparent: true, transparentIndex: unchanged, dispose: leave };
    gif.writeFrame(changed, width, height, before ? frame : { ...frame, palette: [...palette, [0, 0, 0]] });
    before = pixels;
  }
  gif.finish();
  writeFileSync(file, gif.bytes());
}
