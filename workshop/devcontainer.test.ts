// The dev container forwards what the servers here use, under the same numbers: they answer to no other name and port.
import { expect, test } from "vitest";
import { variants } from "../shared-server/variants.ts";
import { exercises, root, textOf } from "./exercises.ts";

interface DevContainer {
  image: string;
  postCreateCommand: string;
  forwardPorts: number[];
  portsAttributes: Record<string, { label: string; protocol?: "http" | "https"; requireLocalPort?: boolean }>;
}

const container = JSON.parse(textOf(`${root}/.devcontainer/devcontainer.json`)) as DevContainer;

/** What is said about a port: by its number, or by a range such as "3101-3120". */
const attributesOf = (port: number) =>
  Object.entries(container.portsAttributes).find(([key]) => {
    const [first, last = first] = key.split("-").map(Number);
    return first! <= port && port <= last!;
  })?.[1];

test("The dev container has the Node of .nvmrc, which engines names", () => {
  const { engines } = JSON.parse(textOf(`${root}/package.json`)) as { engines: { node: string } };
  const major = textOf(`${root}/.nvmrc`).trim();
  expect(container.image).toMatch(new RegExp(`^mcr\\.microsoft\\.com/devcontainers/typescript-node:${major}$`));
  expect(engines.node.split(" || ").map((range) => /\d+/.exec(range)![0])).toContain(major);
});

test("The dev container installs the packages from the lock file", () => {
  expect(container.postCreateCommand).toMatch(/^npm ci && /);
});

test("The dev container forwards the page and the four variants under their names, http2-push as https", () => {
  const four = variants.map(({ name, port, scheme }) => ({ port, label: name, secure: scheme === "https" }));
  for (const { port, label, secure } of [{ port: 3000, label: "side by side", secure: false }, ...four]) {
    expect(container.forwardPorts).toContain(port);
    expect(attributesOf(port)).toEqual({ label, requireLocalPort: true, ...(secure && { protocol: "https" }) });
  }
});

test("The dev container forwards the port of each exercise, under its number", () => {
  for (const port of exercises.map(({ number }) => 3100 + Number(number))) {
    expect(container.forwardPorts).toContain(port);
    expect(attributesOf(port)).toMatchObject({ label: "exercise of the workshop", requireLocalPort: true });
  }
});
