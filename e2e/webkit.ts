// WebKit as WebKitGTK, which Safari shares its engine with. Playwright drives only a WebKit of its own, so this speaks the
// protocol of WebKitGTK's driver: WebDriver (https://www.w3.org/TR/webdriver2/), JSON over HTTP.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "../shared-server/loopback.ts";
import type { Engine } from "./engines.ts";

/** The property in which WebDriver returns an element. */
const element = "element-6066-11e4-a52e-4f735466cecf";

export class WebKit implements Engine {
  readonly #processes: ChildProcess[];
  readonly #driver: string;
  #session = "";

  private constructor(processes: ChildProcess[], driver: string) {
    this.#processes = processes;
    this.#driver = driver;
  }

  /** Starts a browser with a profile of its own, on a screen that nobody sees. */
  static async start(acceptInsecureCerts = true): Promise<WebKit> {
    // Xvfb chooses a free display, and writes its number to this file descriptor.
    const screen = spawn("Xvfb", ["-displayfd", "3", "-nolisten", "tcp"], {
      stdio: ["ignore", "ignore", "ignore", "pipe"],
    });
    const [display] = await once(screen.stdio[3] as Readable, "data");
    const port = await freePort();
    const driver = spawn("WebKitWebDriver", [`--port=${port}`, "--host=127.0.0.1"], {
      env: { ...process.env, DISPLAY: `:${String(display).trim()}` },
      stdio: "ignore",
    });
    const webkit = new WebKit([driver, screen], `http://127.0.0.1:${port}`);
    process.once("exit", webkit.#end);
    while (!(await webkit.#call("GET", "/status").catch(() => false))) await pause(20);
    const timeouts = { script: 60_000, pageLoad: 20_000 };
    const capabilities = { alwaysMatch: { acceptInsecureCerts, timeouts } };
    const { sessionId } = (await webkit.#call("POST", "/session", { capabilities })) as { sessionId: string };
    webkit.#session = `/session/${sessionId}`;
    return webkit;
  }

  async open(url: string): Promise<void> {
    await this.#post("/url", { url });
  }

  async newTab(): Promise<void> {
    const { handle } = (await this.#post("/window/new", { type: "tab" })) as { handle: string };
    await this.#post("/window", { handle });
  }

  async url(): Promise<string> {
    return (await this.#call("GET", `${this.#session}/url`)) as string;
  }

  async evaluate<A, R>(run: (argument: A) => R | Promise<R>, argument?: A): Promise<R> {
    // The last argument of an asynchronous script is the function that takes its result.
    const script = `const [argument, done] = arguments;
      Promise.resolve(argument).then(${run.toString()}).then((value) => done({ value }), (error) => done({ error: String(error) }));`;
    const { value, error } = (await this.#post("/execute/async", { script, args: [argument] })) as {
      value: R;
      error?: string;
    };
    if (error) throw new Error(error);
    return value;
  }

  /** Replaces the text of a field, key by key. */
  async fill(selector: string, text: string): Promise<void> {
    const field = await this.#find(selector);
    await this.#post(`${field}/clear`);
    await this.#post(`${field}/value`, { text });
  }

  async click(selector: string): Promise<void> {
    await this.#post(`${await this.#find(selector)}/click`);
  }

  async close(): Promise<void> {
    await this.#call("DELETE", this.#session).catch(() => {}); // the driver ends the browser
    this.#end();
  }

  // Also when a test run is interrupted: processes of the driver would go on without anybody.
  readonly #end = () => {
    process.off("exit", this.#end);
    for (const child of this.#processes) child.kill();
  };

  async #find(value: string): Promise<string> {
    const found = (await this.#post("/element", { using: "css selector", value })) as Record<string, string>;
    return `/element/${found[element]}`;
  }

  #post(path: string, body: object = {}): Promise<unknown> {
    return this.#call("POST", `${this.#session}${path}`, body);
  }

  /** @throws what the driver says that it could not do. */
  async #call(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.#driver}${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
    const { value } = (await response.json()) as { value: unknown };
    if (!response.ok) {
      const { error, message } = value as { error: string; message: string };
      throw new Error(`WebKit, ${method} ${path}: ${error}. ${message}`);
    }
    return value;
  }
}
