// Where a browser is looked for on systems that have no folder of programs in PATH.
import { join } from "node:path";
import { expect, it } from "vitest";
import { places } from "./browser.ts";

const windows = { PROGRAMFILES: "C:/Program Files", LOCALAPPDATA: "C:/Users/Ada/AppData/Local" };

it.each([
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Users/ada/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Users/ada/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:/Program Files/Google/Chrome/Application/chrome.exe",
  "C:/Users/Ada/AppData/Local/Google/Chrome/Application/chrome.exe",
  "C:/Users/Ada/AppData/Local/Chromium/Application/chrome.exe", // the installer of Chromium knows no other place
])("A browser is looked for at %s", (place) => {
  expect(places(windows, "/Users/ada")).toContain(join(place));
});

it("No browser is looked for in the current folder when the system has no folder of programs", () => {
  for (const place of places({}, "/home/ada")) expect(place).toMatch(/^[/\\]/);
});
