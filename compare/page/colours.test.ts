// The colours in the stylesheets, as people see them: enough contrast, and four techniques that nobody confuses.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { variants } from "../../shared-server/variants.ts";

type Colour = [red: number, green: number, blue: number]; // linear light, 0 to 1

const css = ["../../shared-ui/base.css", "side-by-side.css"]
  .map((file) => readFileSync(new URL(file, import.meta.url), "utf8"))
  .join("\n");

/** The value of a custom property in the light or in the dark theme. */
function colour(name: string, theme: "light" | "dark"): Colour {
  const [, light, dark] = new RegExp(`--${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(css)!;
  const hex = (theme === "light" ? light! : dark!).slice(1);
  return [0, 2, 4].map((at) => linear(Number.parseInt(hex.slice(at, at + 2), 16) / 255)) as Colour;
}

// sRGB, IEC 61966-2-1.
const linear = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

/** The contrast ratio of WCAG 2.2. */
function contrast(a: Colour, b: Colour): number {
  const [dark, light] = [a, b].map(([r, g, blue]) => 0.2126 * r + 0.7152 * g + 0.0722 * blue).toSorted((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

// Machado, Oliveira and Fernandes: A Physiologically-based Model for Simulation of Color Vision Deficiency (2009), severity 1.
const eyes: Record<string, number[][]> = {
  "people who see all colours": [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  "people with protanopia": [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  "people with deuteranopia": [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};

const times = (matrix: number[][], vector: number[]) =>
  matrix.map((row) => row.reduce((sum, factor, i) => sum + factor * vector[i]!, 0));

/** Oklab (Björn Ottosson, 2020): equal distances look equally different. Black and white are 1 apart. */
function oklab(rgb: number[]): number[] {
  const lms = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb,
  );
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    lms.map(Math.cbrt),
  );
}

const names = variants.map(({ name }) => name);

describe.each(["light", "dark"] as const)("In the %s theme", (theme) => {
  const grounds = ["ground", "surface"].map((name) => colour(name, theme));

  test.each([...names, "ink", "faint", "accent", "good", "busy", "bad"])(
    "%s has the contrast of a text, 4.5 to 1",
    (name) => {
      for (const ground of grounds) expect(contrast(colour(name, theme), ground)).toBeGreaterThanOrEqual(4.5);
    },
  );

  test("The edge of a control has a contrast of 3 to 1", () => {
    for (const ground of grounds) expect(contrast(colour("control", theme), ground)).toBeGreaterThanOrEqual(3);
  });

  test("A bar has a contrast of 3 to 1 where an outage is shaded, too", () => {
    for (const name of names) expect(contrast(colour(name, theme), colour("shade", theme))).toBeGreaterThanOrEqual(3);
  });

  test.each(Object.entries(eyes))("The four techniques look different to %s", (_who, eye) => {
    const seen = names.map((name) =>
      oklab(times(eye, colour(name, theme)).map((part) => Math.min(1, Math.max(0, part)))),
    );
    for (const [i, one] of seen.entries())
      for (const other of seen.slice(i + 1))
        expect(Math.hypot(...one.map((part, at) => part - other[at]!))).toBeGreaterThan(0.1); // a just noticeable difference is 0.02
  });
});

test("Controls and placeholders have these colours, in the page and in the panes", () => {
  const panes = readFileSync(new URL("../../shared-ui/style.css", import.meta.url), "utf8");
  for (const [sheet, selector] of [
    [css, "button,\nselect"],
    [panes, "button,\ninput,\ntextarea,\ndialog"],
  ] as const)
    expect(sheet.split(`\n${selector} {`)[1]!.split("}")[0]).toContain("border: 1px solid var(--control)");
  expect(css).toMatch(/::placeholder \{\s+color: var\(--faint\);\s+opacity: 1;/);
});
