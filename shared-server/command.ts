// What every command that starts servers needs. When something is wrong, it says so in one sentence.

/** The command cannot do what it was asked for. The message is the sentence for the person who typed it. */
export class UsageError extends Error {}

/** Ends the process with a sentence. */
export function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}

/** The port in the environment variable PORT, at most `most`, or else the default. */
export function portOr(usual: number, most = 65_535): number {
  const { PORT = String(usual) } = process.env;
  if (/^\d+$/.test(PORT) && Number(PORT) <= most) return Number(PORT);
  return fail(`PORT must be a number from 0 to ${most}, not "${PORT}".`);
}

/** Says why a server did not start. `port` is the port that was asked for, `usual` the default. */
export function cannotStart(error: NodeJS.ErrnoException & { port?: number }, port: number, usual: number): never {
  if (error instanceof UsageError) fail(error.message);
  if (error.syscall !== "listen") throw error; // a file that cannot be read has the same codes
  const failed = error.port ?? port;
  let other = port > 60_000 ? port - 1_000 : port + 1_000;
  if (port < 1_024) other = usual; // the system keeps those
  if (error.code === "EADDRINUSE")
    fail(`Port ${failed} is in use. Stop the program that uses it, or choose another port: PORT=${other}.`);
  if (error.code === "EACCES")
    fail(`You are not allowed to open port ${failed}. Choose another one above 1023: PORT=${other}.`);
  throw error;
}

/** Stops once, on Ctrl-C or when the system asks, and ends the process. */
export function stopOnSignal(stop: () => Promise<void>): void {
  let stopping: Promise<void> | undefined;
  // A signal may arrive twice, from the terminal and from npm. The goodbye goes on.
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, async () => {
      stopping ??= stop();
      await stopping;
      process.exit(0);
    });
}
